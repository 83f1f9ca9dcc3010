import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { download } from '../download.ts';
import { failsWith } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { loopbackCertificate } from '../test-support/loopback-certificate.ts';
import { startTestRegistry, type TestRegistry } from '../test-support/oci-registry.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const auth = (pair: string) => ({ auth: Buffer.from(pair).toString('base64') });

/** A registry with one file, `team/m:latest`. */
async function startWithModel(t: TestContext, tls?: { key: string; cert: string }): Promise<TestRegistry> {
  const registry = await startTestRegistry(t, tls);
  const title = { 'org.opencontainers.image.title': 'model.bin' };
  registry.manifest('team/m', { layers: [registry.blob('x'.repeat(100_000), 'text/plain', title)] }, 'latest');
  return registry;
}

async function withAuths(t: TestContext, auths: unknown, more: Record<string, string> = {}) {
  const folder = await temporaryDirectory(t);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  return { DOCKER_CONFIG: folder, ...more };
}

async function pull(t: TestContext, registry: TestRegistry, environment: Record<string, string> = {}): Promise<void> {
  const directory = await temporaryDirectory(t);
  await download(`oci://${registry.host}/team/m`, directory, {
    environment,
    retryBaseMs: 1,
    retries: 1,
    segmentBytes: 30_000,
  });
  assert.equal((await readFile(join(directory, 'model.bin'))).length, 100_000);
}

/** Answers 401 with `challenge` to everything that `lets` does not let in. */
function guard(
  registry: TestRegistry,
  challenge: string | (() => string),
  lets: (authorization: string) => boolean,
): void {
  registry.before = (request, response) => {
    if (lets(request.headers.authorization ?? '')) return false;
    response.writeHead(401, { 'www-authenticate': typeof challenge === 'string' ? challenge : challenge() }).end();
    return true;
  };
}

interface TokenServer {
  url: string;
  seen: { method: string; query: URLSearchParams; authorization: string | undefined; body: string }[];
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
}

async function startTokenServer(t: TestContext, tls?: { key: string; cert: string }): Promise<TokenServer> {
  const server: TokenServer = {
    url: '',
    seen: [],
    answer: (_request, response) => response.end(JSON.stringify({ token: 'T0KEN' })),
  };
  server.url = await startHttp(
    t,
    (request, response) => {
      const { searchParams } = new URL(request.url!, 'http://x');
      const { method, headers } = request;
      const answer = (body: string) => {
        server.seen.push({ method: method!, query: searchParams, authorization: headers.authorization, body });
        server.answer(request, response, body);
      };
      text(request).then(answer, () => response.destroy());
    },
    tls,
  );
  return server;
}

test('without a challenge no credential leaves', async (t) => {
  const registry = await startWithModel(t);
  await pull(t, registry, await withAuths(t, { [registry.host]: auth('u:SENTINEL') }));
  assert.ok(registry.seen.every(({ authorization }) => authorization === undefined));
});

test('every matching credential is tried in the order of the kubelet, over several files', async (t) => {
  const registry = await startWithModel(t);
  const { host } = registry;
  guard(registry, 'Basic realm="x"', (authorization) => authorization === basic('right:pa:ss'));
  const environment = await withAuths(t, { [host]: auth('first:1'), [`${host}/team/other`]: auth('never:1') });
  const folder = await temporaryDirectory(t);
  const more = join(folder, '.dockercfg');
  await writeFile(more, JSON.stringify({ [`https://${host}/v2/team`]: auth('second:1') }));
  const authFile = join(folder, 'auth.json');
  await writeFile(
    authFile,
    JSON.stringify({ auths: { [`127.*.*.1:${new URL(registry.url).port}`]: auth('right:pa:ss') } }),
  );
  await pull(t, registry, { ...environment, SERVAL_REGISTRY_CONFIGS: more, REGISTRY_AUTH_FILE: authFile });
  const tried = registry.seen.map(({ authorization }) => authorization);
  assert.deepEqual(tried.slice(0, 4), [undefined, basic('second:1'), basic('first:1'), basic('right:pa:ss')]);
  assert.ok(tried.slice(4).every((authorization) => authorization === basic('right:pa:ss')));
});

test('wrong credentials, none, none that matches, and a helper: each with its own hint, none with a secret', async (t) => {
  const registry = await startWithModel(t);
  guard(registry, 'Basic realm="x"', () => false);
  const helper = await temporaryDirectory(t);
  await writeFile(join(helper, 'config.json'), JSON.stringify({ credsStore: 'desktop' }));
  for (const [environment, pattern] of [
    [await withAuths(t, { [registry.host]: auth('user:SENTINEL') }), /credentials from .*config\.json were refused/],
    [await withAuths(t, { 'other.io': auth('user:SENTINEL') }), /no entry of .*config\.json is for this image/],
    [{}, /give credentials in a docker config/],
    [{ DOCKER_CONFIG: helper }, /credential helper, and those are never run/],
  ] as const) {
    await assert.rejects(pull(t, registry, { ...environment }), (error: Error) => {
      assert.doesNotMatch(JSON.stringify(error) + error.stack, /SENTINEL/);
      return failsWith('AccessDenied', pattern)(error);
    });
  }
});

test('403 and 404 lead to the next credential, too, and what one may not see is told once all have failed', async (t) => {
  const registry = await startWithModel(t);
  const port = new URL(registry.url).port;
  registry.before = ({ headers: { authorization } }, response) => {
    if (authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm=x' }).end();
    else if (authorization === basic('a:1')) response.writeHead(403).end();
    else if (authorization === basic('b:1')) response.writeHead(404).end();
    else return false;
    return true;
  };
  const three = { [`${registry.host}/team`]: auth('a:1'), [registry.host]: auth('b:1') };
  await pull(t, registry, await withAuths(t, { ...three, [`*.0.0.1:${port}`]: auth('c:1') }));
  await assert.rejects(pull(t, registry, await withAuths(t, three)), failsWith('ObjectNotFound', /does not exist/));
});

test('a bearer token is fetched with the credential, for pulling only, and renewed when it expires', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  let valid = 0;
  let issued = 0;
  tokens.answer = (_request, response) => {
    valid = ++issued;
    response.end(JSON.stringify({ access_token: `T${issued}`, expires_in: 60 }));
  };
  guard(
    registry,
    () =>
      `Bearer realm="${tokens.url}/token?x=1",service="reg",scope="repository:team/m:pull,push,delete registry:catalog:*"`,
    (authorization) => authorization === `Bearer T${valid}` && valid > 0,
  );
  const served = registry.before;
  let requests = 0;
  registry.before = (request, response) => {
    if (++requests === 4) valid = -1; // in the middle of the blob
    return served(request, response);
  };
  await pull(t, registry, await withAuths(t, { [registry.host]: auth('u:p') }));
  assert.equal(tokens.seen.length, 2);
  const [{ method, query, authorization }] = tokens.seen as [TokenServer['seen'][number]];
  assert.deepEqual(
    [method, [...query].join('&'), authorization],
    ['GET', 'x,1&service,reg&scope,repository:team/m:pull', basic('u:p')],
  );
});

test('an identity token goes by POST, also where it stands for a password; a registry token is used as it is', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  guard(
    registry,
    `Bearer realm="${tokens.url}/token",service="reg"`,
    (authorization) => authorization === 'Bearer T0KEN',
  );
  for (const entry of [{ ...auth('u:'), identitytoken: 'ID&1' }, auth('<token>:ID&1'), { registrytoken: 'T0KEN' }]) {
    await pull(t, registry, await withAuths(t, { [registry.host]: entry }));
  }
  assert.equal(tokens.seen.length, 2);
  for (const { method, authorization, body } of tokens.seen) {
    assert.deepEqual([method, authorization], ['POST', undefined]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      service: 'reg',
      scope: 'repository:team/m:pull',
      grant_type: 'refresh_token',
      client_id: 'serval',
      refresh_token: 'ID&1',
    });
  }
});

test('a public image is pulled with a token for nobody', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  guard(registry, `Bearer realm="${tokens.url}"`, (authorization) => authorization === 'Bearer T0KEN');
  await pull(t, registry);
  assert.equal(tokens.seen[0]!.authorization, undefined);
});

test('a realm elsewhere gets no credential, unless it is named', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  const realm = tokens.url.replace('127.0.0.1', 'localhost');
  guard(registry, `Bearer realm="${realm}/token"`, (authorization) => authorization === 'Bearer T0KEN');
  const environment = await withAuths(t, { [registry.host]: auth('u:SENTINEL') });
  await assert.rejects(
    pull(t, registry, environment),
    failsWith(
      'AccessDenied',
      /wants its credentials sent to localhost — nothing was sent; set SERVAL_OCI_TOKEN_HOSTS=localhost/,
    ),
  );
  assert.deepEqual(tokens.seen, []);
  await pull(t, registry, { ...environment, SERVAL_OCI_TOKEN_HOSTS: 'localhost' });
  assert.equal(tokens.seen.length, 1);
});

test('a registry with TLS cannot have a token fetched without', async (t) => {
  const certificate = loopbackCertificate();
  const registry = await startWithModel(t, certificate);
  const tokens = await startTokenServer(t);
  const environment = {
    ...(await withAuths(t, { [registry.host]: auth('u:SENTINEL') })),
    SSL_CERT_FILE: certificate.certPath,
    SERVAL_OCI_PLAIN_HTTP: new URL(tokens.url).host, // of use for registries without TLS only
  };
  guard(registry, `Bearer realm="${tokens.url}/token"`, () => false);
  await assert.rejects(pull(t, registry, environment), failsWith('AccessDenied', /without TLS/));
  assert.deepEqual(tokens.seen, []);
  for (const realm of ['', 'file:///etc/passwd', 'token', 'javascript:0']) {
    guard(registry, `Bearer realm="${realm}"`, () => false);
    await assert.rejects(pull(t, registry, environment), failsWith('SourceRejected', /no token server/));
  }
});

test('blobs are redirected without credentials, and what the store asks for is not answered', async (t) => {
  const registry = await startWithModel(t);
  const seen: (string | undefined)[] = [];
  let denies = false;
  const store = await startHttp(t, ({ url, headers }, response) => {
    seen.push(headers.authorization);
    const data = registry.blobs.get(new URL(url!, 'http://x').searchParams.get('digest')!)!;
    if (denies) response.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end();
    else response.writeHead(200, { 'content-length': data.length }).end(data);
  });
  guard(registry, 'Basic realm="x"', (authorization) => authorization === basic('u:SENTINEL'));
  const guarded = registry.before;
  registry.before = (request, response) => {
    if (guarded(request, response)) return true;
    const digest = /\/blobs\/(.+)$/.exec(request.url!)?.[1];
    if (digest) response.writeHead(307, { location: `${store}/?digest=${digest}&X-Signature=SENTINEL` }).end();
    return digest !== undefined;
  };
  const environment = await withAuths(t, { [registry.host]: auth('u:SENTINEL') });
  await pull(t, registry, environment);
  assert.deepEqual(new Set(seen), new Set([undefined]));
  denies = true;
  await assert.rejects(pull(t, registry, environment), (error: Error) => {
    assert.doesNotMatch(JSON.stringify(error) + error.stack, /SENTINEL/);
    return failsWith('AccessDenied', /not allowed to read/)(error);
  });
  assert.deepEqual(new Set(seen), new Set([undefined]));
});

test('token servers that redirect, answer nonsense, or pass headers on, get nowhere', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  const thief = await startTokenServer(t);
  guard(registry, `Bearer realm="${tokens.url}"`, () => false);
  const environment = await withAuths(t, { [registry.host]: auth('u:SENTINEL') });
  for (const [answer, code] of [
    [(r: ServerResponse) => r.writeHead(302, { location: thief.url }).end(), 'SourceRejected'],
    [(r: ServerResponse) => r.end('<html>SENTINEL'), 'SourceRejected'],
    [(r: ServerResponse) => r.end('{}'), 'SourceRejected'],
    [(r: ServerResponse) => r.end('null'), 'SourceRejected'],
    [(r: ServerResponse) => r.end('{"token":"a\\r\\nX-Evil: SENTINEL"}'), 'SourceRejected'],
    [(r: ServerResponse) => r.end(`{"token":"${'x'.repeat(2 * 1024 * 1024)}"}`), 'SourceRejected'],
    [(r: ServerResponse) => r.writeHead(503).end(), 'SourceUnavailable'],
    [(r: ServerResponse) => r.writeHead(401).end(), 'AccessDenied'],
    [(r: ServerResponse) => r.end('{"token":"never good enough"}'.replaceAll(' ', '')), 'AccessDenied'],
  ] as const) {
    tokens.answer = (_request, response) => answer(response);
    await assert.rejects(pull(t, registry, environment), (error: Error) => {
      assert.doesNotMatch(JSON.stringify(error) + error.stack, /SENTINEL/);
      return failsWith(code, /./)(error);
    });
  }
  assert.deepEqual(thief.seen, []);
});

test('a registry that refuses each token at once is not asked for ever', async (t) => {
  const registry = await startWithModel(t);
  const tokens = await startTokenServer(t);
  let turn = 0;
  guard(registry, `Bearer realm="${tokens.url}"`, () => registry.seen.at(-1)!.line.includes('manifests') && turn++ > 0);
  await assert.rejects(
    pull(t, registry, await withAuths(t, { [registry.host]: auth('u:p') })),
    failsWith('AccessDenied', /refused/),
  );
  assert.ok(tokens.seen.length < 10);
});

test('an unknown way to authenticate is named', async (t) => {
  const registry = await startWithModel(t);
  guard(registry, 'Negotiate', () => false);
  await assert.rejects(pull(t, registry), failsWith('AccessDenied', /of kind negotiate/));
});

test('a docker config that is a folder, or too large, is told', async (t) => {
  const registry = await startWithModel(t);
  const folder = await temporaryDirectory(t);
  await mkdir(join(folder, 'config.json'));
  await assert.rejects(pull(t, registry, { DOCKER_CONFIG: folder }), failsWith('InvalidConfiguration', /EISDIR/));
  const large = join(folder, 'large.json');
  await writeFile(large, Buffer.alloc(5 * 1024 * 1024, ' '));
  await assert.rejects(pull(t, registry, { REGISTRY_AUTH_FILE: large }), failsWith('InvalidConfiguration', /over/));
});
