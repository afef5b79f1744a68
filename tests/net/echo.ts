/** For the test of the network: answers every datagram, or sends some and prints the milliseconds of each answer as JSON. */
import { createSocket } from 'node:dgram';

const [role, address = '', count = '0'] = process.argv.slice(2);
const PORT = 4000;
const PATIENCE_MS = 700;

if (role === 'answer') {
  const socket = createSocket('udp4');
  socket.on('message', (data, { port, address: from }) => socket.send(data, port, from));
  socket.bind(PORT, () => console.log('open'));
} else {
  const socket = createSocket('udp4');
  const times: number[] = [];
  const sent: number[] = [];
  socket.on('message', (data) => times.push(performance.now() - (sent[data.readUInt32BE()] ?? 0)));
  for (let at = 0; at < Number(count); at++) {
    const data = Buffer.alloc(1000);
    data.writeUInt32BE(at);
    sent.push(performance.now());
    socket.send(data, PORT, address);
  }
  setTimeout(() => {
    console.log(JSON.stringify(times));
    socket.close();
  }, PATIENCE_MS);
}
