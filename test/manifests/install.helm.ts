import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { startEngine } from '@serval/engine';
import { type Client, silentLog, writeKubeConfig } from '@serval/kube/client';
import { deployments, secrets } from '@serval/kube/objects';
import {
  type ChartName,
  chartFolder,
  chartNames,
  generateDeploy,
  releaseSecretBytes,
  writeFolder,
} from '@serval/manifests';
import { definitions, validatingWebhooks } from '../install/support.ts';
import { clientOf } from '../support/client.ts';
import { run, temporaryDirectory } from '../support/serval.ts';

/** The binaries of Helm to test with: paths in SERVAL_HELM, one per line. */
const binaries = (process.env['SERVAL_HELM'] ?? '').split('\n').filter((path) => path !== '');
assert.ok(binaries.length > 0, 'SERVAL_HELM names no binary of Helm; run "npm run test:manifests"');

const namespace = 'models';
/** Any authority: nobody calls. */
const certificatePem = rootCertificates[0] ?? '';

for (const binary of binaries) {
  test(`${binary} installs, upgrades and uninstalls, and leaves the definitions`, async (t) => {
    const { helm, client, chart } = await startWith(t, binary);
    await helm('install', 'serval-crds', chart('serval-crds'), '--create-namespace');
    const notes = await helm('install', 'serval', chart('serval'));
    assert.match(notes, /kubectl -n models wait/);
    assert.doesNotMatch(notes, /does not serve the definitions/);
    const replicas = async () => (await client.get(deployments, { namespace, name: 'serval-operator' })).spec.replicas;
    assert.equal(await replicas(), 2);
    await helm('upgrade', 'serval', chart('serval'), '--set', 'replicas=3');
    assert.equal(await replicas(), 3);

    await helm('uninstall', 'serval');
    assert.match(await helm('uninstall', 'serval-crds'), /kept due to the resource policy/);
    const kept = await client.get(definitions, { name: 'inferenceservices.serving.kserve.io' });
    assert.equal(kept.metadata.annotations?.['helm.sh/resource-policy'], 'keep');
  });

  test(`${binary} leaves alone the authority that was written into webhooks and conversion`, async (t) => {
    const { helm, client, chart } = await startWith(t, binary);
    await helm('install', 'serval-crds', chart('serval-crds'), '--create-namespace');
    await helm('install', 'serval', chart('serval'));
    const caBundle = Buffer.from(certificatePem).toString('base64');
    const announced = (at: string) => [{ op: 'add', path: `${at}/clientConfig/caBundle`, value: caBundle }];
    const definition = 'llminferenceservices.serving.kserve.io';
    await client.patch(definitions, { name: definition }, 'json', announced('/spec/conversion/webhook'));
    await client.patch(validatingWebhooks, { name: 'serval' }, 'json', announced('/webhooks/0'));
    await helm('upgrade', 'serval-crds', chart('serval-crds'), '--set', 'keep=false');
    await helm('upgrade', 'serval', chart('serval'), '--set', 'replicas=3');
    const upgraded = await client.get(definitions, { name: definition });
    assert.equal(upgraded.metadata.annotations?.['helm.sh/resource-policy'], undefined);
    const conversion = upgraded.spec['conversion'] as { webhook: { clientConfig: { caBundle?: string } } };
    assert.equal(conversion.webhook.clientConfig.caBundle, caBundle);
    const configuration = await client.get(validatingWebhooks, { name: 'serval' });
    assert.equal(configuration.webhooks?.[0]?.clientConfig.caBundle, caBundle);
  });

  test(`${binary} keeps a release in as many bytes as are told, within one in a hundred`, async (t) => {
    const { helm, client, chart } = await startWith(t, binary);
    const files = generateDeploy();
    for (const name of chartNames) {
      await helm('install', name, chart(name), '--create-namespace');
      const secret = await client.get(secrets, { namespace, name: `sh.helm.release.v1.${name}.v1` });
      const stored = Buffer.from(secret.data?.['release'] ?? '', 'base64').length;
      const told = releaseSecretBytes(files, name, { namespace });
      // Helm 4 keeps a few more fields, and the time of every file.
      assert.ok(Math.abs(stored - told) < 1_000 + stored / 100, `${name}: ${stored} bytes, ${told} are told`);
    }
  });

  test(`${binary} installs the runtimes with the rest where there are no webhooks, and removes definitions that are not kept`, async (t) => {
    const { helm, client, chart } = await startWith(t, binary);
    await helm('install', 'serval-crds', chart('serval-crds'), '--create-namespace', '--set', 'keep=false');
    await helm('install', 'serval', chart('serval'), '--set', 'webhooks.enabled=false,runtimes.enabled=true');
    await helm('uninstall', 'serval');
    await helm('uninstall', 'serval-crds');
    assert.deepEqual((await client.list(definitions)).items, []);
  });
}

interface Installation {
  helm(...args: string[]): Promise<string>;
  client: Client;
  chart(name: ChartName): string;
}

async function startWith(t: TestContext, binary: string): Promise<Installation> {
  const directory = await temporaryDirectory(t);
  await writeFolder(join(directory, 'deploy'), generateDeploy());
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  t.after(() => engine.close());
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'helm', ...engine.kubeconfig });
  const folders = Object.fromEntries(['CACHE', 'CONFIG', 'DATA'].map((kind) => [`HELM_${kind}_HOME`, directory]));
  const client = await clientOf(kubeconfig);
  return {
    client,
    chart: (name) => join(directory, 'deploy', chartFolder(name)),
    async helm(...args) {
      const env = { ...folders, HOME: directory, KUBECONFIG: kubeconfig };
      const outcome = await run(binary, [...args, '--namespace', namespace], { env });
      assert.equal(outcome.code, 0, `helm ${args.join(' ')}: ${outcome.stderr}${outcome.stdout}`);
      return outcome.stdout;
    },
  };
}
