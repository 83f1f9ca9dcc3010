import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CrdBundle, crds } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createClient, silentLog, writeKubeConfig } from '@serval/kube/client';
import { createKubectl, type Kubectl, kubectlBinaries } from '../support/kubectl.ts';
import { applyCrds } from './apply-crds.ts';

for (const bundle of ['standard', 'full'] as const) {
  for (const binary of kubectlBinaries()) {
    test(`${binary} explains fields of the ${bundle} CRDs`, async (t) => {
      const kubectl = await startWith(t, bundle, binary);
      const explain = (...args: string[]) => kubectl('explain', ...args);

      const model = await explain('inferenceservice.spec.predictor.model');
      assert.match(model, /KIND:\s+InferenceService/);
      assert.match(model, /FIELD: model <Object>/);
      assert.match(model, /storageUri\s+<string>\n\s+Where the model is fetched from/);
      assert.match(model, /image\s+<string>\n\s+Image to run, with its tag or digest\./);
      assert.match(model, /env\s+<\[\]Object>\n\s+Environment variables\./);

      const containers = await explain('isvc.spec.predictor.containers');
      assert.match(containers, /FIELD: containers <\[\]Object>/);
      assert.match(containers, /livenessProbe\s+<Object>\n\s+While it fails, the container is restarted\./);
      assert.match(await explain('isvc.spec.predictor.containers.resources.limits'), /FIELD: limits <map\[string\]/);

      const port = await explain('isvc.spec.predictor.model.livenessProbe.httpGet.port');
      assert.match(port, /FIELD: port <Object>/);
      assert.match(port, /Number of the port, or its name in ports\./);

      const all = await explain('isvc.spec.predictor', '--recursive');
      assert.match(all, /modelFormat\s+<Object>.*\n\s+name\s+<string>/);
      assert.match(all, /runAsNonRoot\s+<boolean>/);
      assert.match(await explain('servingruntime.spec.containers.securityContext'), /runAsUser\s+<integer>/);

      const registry = await explain('pipeline.spec.stages.registryCredentials.entries');
      assert.match(registry, /match\s+<string> -required-\n\s+Registry whose images the credential is for/);
      assert.match(await explain('promo.spec.approval.approvedBy'), /username\s+<string> -required-/);
      assert.match(await explain('platformdefaults.spec'), /credentialNamespace\s+<string>/);
      assert.match(await explain('cgrant.spec.to.use'), /What it may be used for/);

      const rare = await explain('isvc.spec.transformer.ephemeralContainers');
      const expected = {
        standard: /Kept open for size: see EphemeralContainer of Kubernetes/,
        full: /targetContainerName/,
      };
      assert.match(rare.replaceAll(/\s+/g, ' '), expected[bundle]);
    });
  }
}

async function startWith(t: TestContext, bundle: CrdBundle, binary: string): Promise<Kubectl> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-explain-'));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  t.after(() => engine.close());
  await applyCrds(createClient({ transport: engine.handle, fieldManager: 'test' }), crds({ bundle }));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'explain', ...engine.kubeconfig });
  return createKubectl(binary, kubeconfig, join(directory, 'cache'));
}
