using Davit.Oci.Runtime;
using Davit.Runtime.Planning;

// plan BUNDLE CGROUP FILE: the launch plan of a bundle's container, as bench/floor.c runs it
var (bundle, cgroup, file) = (Path.GetFullPath(args[0]), args[1], args[2]);
using var plan = PlanBuilder.ForContainer(SpecDocument.Read(File.ReadAllBytes(bundle + "/config.json")), new PlanOptions { Bundle = bundle, CgroupPath = cgroup });
File.WriteAllBytes(file, plan.ToBytes());
