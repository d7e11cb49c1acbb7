const express = require('express');
const os = require('os');

const app = express();
app.get('/', (request, response) => {
  response.json({ message: 'hello from a container', host: os.hostname(), user: process.getuid(), client: request.socket.remoteAddress });
});

const server = app.listen(3000, () => console.log('listening on 3000'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)));
