module example.com/davit/goserver

go 1.22
