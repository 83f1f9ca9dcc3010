import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKubectl, kubectlBinaries } from '../support/kubectl.ts';
import { startPlatform, temporaryDirectory } from '../support/serval.ts';

const image = 'example/server:1';

const service = (name: string, predictor: object) =>
  JSON.stringify({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name },
    spec: { predictor },
  });

const probe = (field: string) => ({
  containers: [{ name: 'a', image }],
  initContainers: [{ name: 'b', image, livenessProbe: { httpGet: { port: 80, [field]: '/' } } }],
});

for (const binary of kubectlBinaries()) {
  test(`${binary} is told of typing errors deep in a Pod, as --validate wants it`, async (t) => {
    const platform = await startPlatform(t);
    const kubectl = createKubectl(binary, platform.kubeconfig, await temporaryDirectory(t));
    const apply = (validate: string, object: string, ...more: string[]) =>
      kubectl.try(['apply', `--validate=${validate}`, ...more, '-f', '-'], object);
    const unknown = /unknown field "spec\.predictor\.initContainers\[0\]\.livenessProbe\.httpGet\.pth"/;
    const typo = service('typo', probe('pth'));

    for (const more of [[], ['--server-side']]) {
      const strict = await apply('strict', typo, '--dry-run=server', ...more);
      assert.equal(strict.code, 1, strict.stdout);
      assert.match(strict.stderr, /strict decoding error/);
      assert.match(strict.stderr, unknown);

      const warned = await apply('warn', typo, '--dry-run=server', ...more);
      assert.equal(warned.code, 0, warned.stderr);
      assert.match(warned.stderr, /^Warning: unknown field/m);
      assert.match(warned.stderr, unknown);

      const ignored = await apply('ignore', typo, '--dry-run=server', ...more);
      assert.equal(ignored.code, 0, ignored.stderr);
      assert.doesNotMatch(ignored.stderr, /unknown field/);
    }

    await t.test('container that the definition spells out', async () => {
      const security = { containers: [{ name: 'a', image, securityContext: { runAsUsr: 1000 } }] };
      const refused = await apply('strict', service('user', security));
      assert.match(refused.stderr, /unknown field "spec\.predictor\.containers\[0\]\.securityContext\.runAsUsr"/);
    });

    await t.test('what is wrong already does not stand in the way of other changes', async () => {
      assert.equal((await apply('ignore', typo)).code, 0);
      const scaled = service('typo', { ...probe('pth'), minReplicas: 2 });
      const outcome = await apply('strict', scaled);
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.equal((await apply('strict', service('typo', probe('path')))).code, 0);
      await kubectl('delete', 'isvc', 'typo', '--timeout=60s');
    });
  });
}
