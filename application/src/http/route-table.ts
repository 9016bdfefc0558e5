import type { FastifyInstance } from 'fastify';

/** The router's own list of routes, written down while they are added. */
export class RouteTable {
  readonly #routes: { readonly method: string; readonly path: string; readonly pattern: RegExp }[] = [];

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      const pattern = new RegExp(
        `^${url
          .split('/')
          .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')))
          .join('/')}$`,
      );
      for (const each of [method].flat()) this.#routes.push({ method: each, path: url, pattern });
    });
  }

  /** As `METHOD /path/:parameter`. */
  get routes(): readonly string[] {
    return this.#routes.map(({ method, path }) => `${method} ${path}`);
  }

  /** Methods that a path takes; empty where there is no such path. */
  methodsOf(path: string): string[] {
    return this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  }
}
