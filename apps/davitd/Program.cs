return await Davit.Daemon.DaemonProgram.RunAsync(args);
