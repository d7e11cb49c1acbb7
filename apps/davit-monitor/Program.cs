return Davit.Monitor.Zygote.MonitorProgram.Run(args);
