import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES, type StorageErrorCode } from './errors.ts';
import { startHttp } from './test-support/http-server.ts';
import { loopbackCertificate } from './test-support/loopback-certificate.ts';
import { KEYS, startS3 } from './test-support/s3-server.ts';
import { temporaryDirectory } from './test-support/temporary-directory.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/serval-storage.js', import.meta.url));

/** Stands for every secret that the inputs hold. */
const SECRET = 's3cr3t-b7f1';

interface Case {
  uri: string;
  environment?: Record<string, string>;
  code: StorageErrorCode;
  message: RegExp;
}

function call(uri: string, directory: string, environment: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; lines: string[]; text: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], ...environment };
    const child = execFile(process.execPath, [EXECUTABLE, uri, directory], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, lines: stderr.trim().split('\n'), text: stdout + stderr }),
    );
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const host = request.headers.host ?? '';
  if (request.url === '/loop') response.writeHead(302, { location: '/loop' });
  else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' });
  else if (request.url === '/down') response.writeHead(302, { location: `http://${host}/x` });
  else response.writeHead(request.headers.authorization === undefined ? 404 : 403);
  response.end();
}

test('each bad input is one sentence with its exit code, and leaves nothing', async (t) => {
  const scratch = await temporaryDirectory(t);
  const tls = loopbackCertificate();
  const objects = { 'models/iris/model.bin': 'x', 'models/iris-v2/model.bin': 'x' };
  const open = await startS3(t, objects);
  const signed = await startS3(t, objects, { keys: KEYS });
  const secure = await startS3(t, objects, { tls });
  const http = await startHttp(t, answer);
  const https = await startHttp(t, answer, tls);
  const notPem = join(scratch, 'not.pem');
  await writeFile(notPem, `-----BEGIN CERTIFICATE-----\n${SECRET}\n-----END CERTIFICATE-----\n`);
  const trusted = { SSL_CERT_FILE: tls.certPath };
  const wrongName = https.replace('127.0.0.1', 'localhost');
  const headers = `${new URL(http).host}-headers`;

  const cases: Record<string, Case> = {
    'unknown scheme': {
      uri: `ftp://user:${SECRET}@h/m`,
      code: 'UnsupportedScheme',
      message: /no provider takes "ftp:/,
    },
    'no URI': { uri: 'models/iris', code: 'UnsupportedScheme', message: /supported are s3:/ },
    'empty prefix': {
      uri: 's3://models/iri',
      environment: open.environment,
      code: 'ObjectNotFound',
      message: /no object under s3:\/\/models\/iri\/ — the bucket has "iris-v2\/model\.bin"/,
    },
    'missing bucket': {
      uri: 's3://none/iris',
      environment: open.environment,
      code: 'ObjectNotFound',
      message: /bucket "none" does not exist/,
    },
    'wrong key': {
      uri: 's3://models/iris',
      environment: { ...signed.environment, AWS_SECRET_ACCESS_KEY: SECRET },
      code: 'AccessDenied',
      message: /not allowed to read s3:\/\/models\/iris/,
    },
    'half a key': {
      uri: 's3://models/iris',
      environment: { ...open.environment, AWS_SECRET_ACCESS_KEY: SECRET },
      code: 'InvalidConfiguration',
      message: /AWS_ACCESS_KEY_ID is not set/,
    },
    'headers that are not JSON': {
      uri: `${http}/m`,
      environment: { [headers]: `{"Authorization": "${SECRET}` },
      code: 'InvalidConfiguration',
      message: /headers" is not JSON/,
    },
    'headers that are refused': {
      uri: `${http}/m`,
      environment: { [headers]: `{"Authorization": "${SECRET}"}` },
      code: 'AccessDenied',
      message: /not allowed to read .*\/m \(403\)/,
    },
    'a missing file behind a signed address': {
      uri: `${http}/m?sig=${SECRET}`,
      code: 'ObjectNotFound',
      message: /\/m\?… does not/,
    },
    'missing CA file': {
      uri: 's3://models/iris',
      environment: { ...secure.environment, AWS_CA_BUNDLE: join(scratch, 'none.pem') },
      code: 'InvalidConfiguration',
      message: /AWS_CA_BUNDLE names .*none\.pem, which cannot be read/,
    },
    'malformed PEM': {
      uri: 's3://models/iris',
      environment: { ...secure.environment, AWS_CA_BUNDLE: notPem },
      code: 'InvalidConfiguration',
      message: /not\.pem \(AWS_CA_BUNDLE\) has a certificate that is damaged/,
    },
    'key where a certificate is expected': {
      uri: 's3://models/iris',
      environment: { ...secure.environment, AWS_CA_BUNDLE: tls.keyPath },
      code: 'InvalidConfiguration',
      message: /has a private key where only certificates are expected/,
    },
    'self-signed server': {
      uri: 's3://models/iris',
      environment: secure.environment,
      code: 'TlsUntrusted',
      message: /SELF_SIGNED.*AWS_CA_BUNDLE/,
    },
    'another host name': {
      uri: `${wrongName}/m`,
      environment: trusted,
      code: 'TlsUntrusted',
      message: /ALTNAME_INVALID/,
    },
    'a loop of redirects': { uri: `${http}/loop`, code: 'RedirectRefused', message: /more than 10 times/ },
    'a redirect to a file': { uri: `${http}/file`, code: 'RedirectRefused', message: /is not http or https/ },
    'https to http': {
      uri: `${https}/down`,
      environment: trusted,
      code: 'RedirectRefused',
      message: /from https to http/,
    },
    'a storage entry that is not JSON': {
      uri: 's3://models/iris',
      environment: { STORAGE_CONFIG: `{"type": "s3", "secret_access_key": "${SECRET}` },
      code: 'InvalidConfiguration',
      message: /STORAGE_CONFIG is not a JSON object/,
    },
    'no such file': { uri: join(scratch, 'none'), code: 'ObjectNotFound', message: /no file or directory/ },
  };
  for (const [name, { uri, environment, code, message }] of Object.entries(cases)) {
    const directory = join(scratch, name);
    await mkdir(directory);
    const outcome = await call(uri, directory, environment);
    const last = outcome.lines.at(-1) ?? '';
    assert.equal(outcome.code, EXIT_CODES[code], `${name}: ${outcome.text}`);
    assert.match(last, new RegExp(`^serval-storage: ${code}: `), name);
    assert.match(last, message, name);
    assert.ok(!outcome.text.includes(SECRET), `${name} shows a secret: ${outcome.text}`);
    assert.deepEqual(await readdir(directory), [], `${name} leaves something`);
  }
});
