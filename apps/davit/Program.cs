return await Davit.Cli.CommandDispatcher.RunAsync(args);
