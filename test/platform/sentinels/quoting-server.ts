import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { repository } from '../../support/serval.ts';
import { store, token } from './values.ts';
import type { World } from './world.ts';

/** Refuses every request as a registry and as a store do, with all that the request said, decoded as well. */
export async function startQuotingServer(t: TestContext): Promise<Pick<World, 'host' | 'admit'>> {
  const model = await readFile(join(repository, 'examples/iris/model/model.ubj'));
  let isAdmitted = false;
  const server = createServer((request, response) => {
    if (isAdmitted && request.url?.startsWith('/iris/') && request.headers.authorization === `Bearer ${token}`) {
      response.writeHead(200, { 'content-length': model.length });
      response.end(request.method === 'HEAD' ? undefined : model);
      return;
    }
    const { authorization = '' } = request.headers;
    const said = `${authorization} ${Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()}`;
    if (request.url?.startsWith('/v2/')) {
      const errors = [{ code: 'UNAUTHORIZED', message: `no access with ${said}`, detail: said }];
      response.writeHead(401, { 'www-authenticate': 'Basic realm="quoting"', 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors }));
      return;
    }
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(
      `<Error><Code>SignatureDoesNotMatch</Code><Message>not with ${said} ${store.password}</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    host,
    admit: (is) => {
      isAdmitted = is;
    },
  };
}
