import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, silentLog } from '@serval/kube/client';
import { createCertificateFiles } from './files.ts';
import { issueCertificate } from './issue-certificate.ts';

const hosts = ['serval-webhook.serval-system.svc'];

test('files are read again when they change; a pair that does not fit is passed over', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'serval-certificate-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const write = (name: string, text: string) => writeFile(join(directory, name), text);
  let read = () => {};
  const clock: Clock = {
    now: Date.now,
    after(_ms, run) {
      read = run;
      return () => {};
    },
  };
  const files = createCertificateFiles({ directory, hosts, clock, log: silentLog });
  t.after(() => files.close());
  /** After one more reading, which asks the clock for the next. */
  const again = async () => {
    const run = read;
    read = () => {};
    run();
    const before = read;
    while (read === before) await new Promise((resolve) => setImmediate(resolve));
  };
  const initial = read;
  while (read === initial) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(files.current(), undefined);
  assert.match(files.problem() ?? '', /ENOENT/);

  const first = (await issueCertificate(hosts, Date.now())).certificate;
  await write('tls.crt', first.cert);
  await write('tls.key', first.key);
  await again();
  assert.deepEqual(files.current(), first);
  assert.equal(files.problem(), undefined);

  const second = (await issueCertificate(hosts, Date.now())).certificate;
  await write('tls.crt', second.cert);
  await again();
  assert.deepEqual(files.current(), first, 'half of a change is no change');
  assert.match(files.problem() ?? '', /key is that of another/);
  await write('tls.key', second.key);
  await again();
  assert.deepEqual(files.current(), second);
  assert.equal(files.authorities(), undefined);
});
