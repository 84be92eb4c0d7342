import type { FastifyInstance } from 'fastify';
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How often the lag of the event loop is sampled. Every 10 ms, the default, an idle API spends 0.4 % of a core on it. */
const LAG_EVERY_MS = 100;

/** The process's metrics; one instance per process, so that two APIs in one test do not share. */
export class HttpMetrics {
  readonly registry = new Registry();
  readonly #seconds = new Histogram({
    name: 'orrery_http_request_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  /** Labels are the route's pattern, never a path, so that their number is bounded. */
  observe(server: FastifyInstance): void {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LAG_EVERY_MS });
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      this.#seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      done();
    });
  }
}
