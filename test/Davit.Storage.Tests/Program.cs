using Davit.Storage.Tests;

if (Environment.GetEnvironmentVariable(CrashChild.Variable) is { } root)
{
    await CrashChild.WriteForeverAsync(root);
    return 0;
}

return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
