return Davit.Init.InitProgram.Run(args);
