import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that does next to nothing: what it costs is what any Node server costs. Tells its address on stdout. */
const answer = JSON.stringify({ predictions: [[0.1, 0.2, 0.7]] });

const server = createServer({ keepAliveTimeout: 120_000 }, (req, res) => {
  req.resume();
  req.once('end', () => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    res.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
