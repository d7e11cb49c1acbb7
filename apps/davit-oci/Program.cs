using Davit.Runtime.CommandLine;

return OciProgram.Run(args, typeof(OciProgram).Assembly.GetName().Version?.ToString(3) ?? "0", TimeProvider.System);
