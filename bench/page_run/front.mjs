// Front stands between browser and daemon: made-up photos have no files, so it answers for their thumbnails and files with real
// ones of the sample pictures. It counts requests, and lets a text's answer show all its pictures as hits. All else goes through.
import http from 'node:http';

export class Front {
  requests = {}; // by kind

  /** `daemon`: address; `pictures`: WebP bytes of some real thumbnails. */
  static async start(daemon, pictures) {
    const front = new Front();
    const { hostname, port } = new URL(daemon);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
    front.server = http.createServer((request, response) => {
      const kind = /thumbnail|file$/.test(request.url) ? 'pictures' : request.url.split('?')[0].replace(/\/\d+/g, '/N');
      front.requests[kind] = (front.requests[kind] ?? 0) + 1;
      if (kind === 'pictures') {
        const id = Number(/photos\/(\d+)/.exec(request.url)[1]);
        response.writeHead(200, { 'Content-Type': 'image/webp', 'Cache-Control': 'private, max-age=60' });
        return response.end(pictures[id % pictures.length]);
      }
      const onward = http.request({ hostname, port, agent, path: request.url, method: request.method, headers: { ...request.headers, host: `${hostname}:${port}`, ...(request.headers.origin ? { origin: daemon } : {}) } }, (answer) => {
        if (kind !== '/v1/search') {
          response.writeHead(answer.statusCode, answer.headers);
          return answer.pipe(response);
        }
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          const body = Buffer.concat(parts).toString().replace(/"cut":\{[^{}]*(\{[^{}]*\})?[^{}]*\}/, '"cut":null');
          const { 'content-length': length, ...headers } = answer.headers;
          response.writeHead(answer.statusCode, { ...headers, ...(length ? { 'content-length': Buffer.byteLength(body) } : {}) });
          response.end(body);
        });
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    await new Promise((resolve) => front.server.listen(0, '127.0.0.1', resolve));
    front.url = `http://127.0.0.1:${front.server.address().port}`;
    return front;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
