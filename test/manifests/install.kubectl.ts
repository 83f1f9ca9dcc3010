import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startEngine } from '@serval/engine';
import { silentLog, writeKubeConfig } from '@serval/kube/client';
import { generateDeploy, writeFolder } from '@serval/manifests';
import { createKubectl, type Kubectl, kubectlBinaries } from '../support/kubectl.ts';

for (const binary of kubectlBinaries()) {
  test(`${binary} installs by one command, and by the same command again changes nothing`, async (t) => {
    const { kubectl, deploy } = await startWith(t, binary);
    const overlay = join(deploy, 'kustomize/overlays/default');
    const created = await kubectl('apply', '-k', overlay);
    assert.match(created, /^namespace\/serval-system created\n/);
    for (const what of [
      'customresourcedefinition.apiextensions.k8s.io/inferenceservices.serving.kserve.io',
      'deployment.apps/serval-operator',
      'service/serval-webhook',
      'validatingwebhookconfiguration.admissionregistration.k8s.io/serval',
    ]) {
      assert.ok(created.includes(`${what} created\n`), `${what} in\n${created}`);
    }
    // kubectl says "configured" of a budget each time, as selectors of budgets are replaced as a whole.
    const again = (await kubectl('apply', '-k', overlay))
      .split('\n')
      .filter((line) => !line.startsWith('poddisruptionbudget'));
    assert.deepEqual(
      again.filter((line) => line !== '' && !line.endsWith(' unchanged')),
      [],
    );
    assert.equal(await kubectl('diff', '-k', overlay), '');
  });

  test(`${binary} installs without webhooks and with the runtimes, into another namespace`, async (t) => {
    const { kubectl, deploy } = await startWith(t, binary);
    const mine = join(deploy, 'mine');
    await mkdir(mine);
    await writeFile(
      join(mine, 'kustomization.yaml'),
      'namespace: ml-platform\nresources: [../kustomize/overlays/no-webhooks]\n',
    );
    await kubectl('apply', '-k', mine);
    assert.equal(await kubectl('get', 'deployments', '-A', '-o', 'name'), 'deployment.apps/serval-operator\n');
    assert.match(await kubectl('get', 'deployments', '-n', 'ml-platform'), /serval-operator/);
    await kubectl(
      'wait',
      '--for=condition=Established',
      'crd/clusterservingruntimes.serving.kserve.io',
      '--timeout=30s',
    );
    await kubectl('apply', '-k', join(deploy, 'kustomize/runtimes'));
    assert.match(await kubectl('get', 'clusterservingruntimes'), /serval-model-server/);
  });

  test(`${binary} takes the full definitions by server-side apply`, async (t) => {
    const { kubectl, deploy } = await startWith(t, binary);
    const overlay = join(deploy, 'kustomize/overlays/full-crds');
    assert.match(await kubectl('apply', '--server-side', '-k', overlay), /serval-operator serverside-applied/);
    await kubectl('wait', '--for=condition=Established', 'crd/inferenceservices.serving.kserve.io', '--timeout=30s');
  });
}

async function startWith(t: TestContext, binary: string): Promise<{ kubectl: Kubectl; deploy: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-install-'));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const deploy = join(directory, 'deploy');
  await writeFolder(deploy, generateDeploy());
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  t.after(() => engine.close());
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'install', ...engine.kubeconfig });
  return { kubectl: createKubectl(binary, kubeconfig, join(directory, 'cache')), deploy };
}
