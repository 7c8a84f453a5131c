import { createSite } from './site.js';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 8000);
const { server, close } = await createSite();

server.on('error', (error: NodeJS.ErrnoException) => {
  const taken = `port ${port} is taken; choose another one, for instance PORT=8001 npm start`;
  console.error(`status-messenger: ${error.code === 'EADDRINUSE' ? taken : error.message}`);
  process.exit(1);
});
server.listen(port, host, () => {
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  console.log(`\n  The live demo: http://${host === '0.0.0.0' ? 'localhost' : host}:${bound}\n`);
});

const stop = async () => {
  process.once('SIGINT', () => process.exit(1));
  await close();
  process.exit(0);
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
