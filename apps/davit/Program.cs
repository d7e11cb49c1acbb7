return await Davit.Cli.Cli.RunAsync(args);
