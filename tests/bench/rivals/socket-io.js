/** A relay as one writes it with Socket.IO: a name at the handshake, and an event passed on to it. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const links = new Map();

new Server(http, { transports: ['websocket'] }).on('connection', (socket) => {
  const { name } = socket.handshake.auth;
  links.set(name, socket);
  socket.on('mail', (to, body) => links.get(to)?.emit('mail', body));
  socket.on('disconnect', () => links.delete(name));
});
http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: http.address().port })));
