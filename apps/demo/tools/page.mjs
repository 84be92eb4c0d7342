// page.mjs ADDRESS PORT TEXT    serves TEXT, on that address only
import { createServer } from 'node:http';

const [address, port, text] = process.argv.slice(2);
createServer((_request, response) => response.end(`${text}\n`)).listen(Number(port), address);
