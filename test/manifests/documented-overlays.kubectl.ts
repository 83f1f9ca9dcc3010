import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { generateDeploy, writeFolder } from '@serval/manifests';
import { kubectlBinaries } from '../support/kubectl.ts';
import { run } from '../support/serval.ts';

const docs = new URL('../../docs/manifests.md', import.meta.url);

test('every kustomization of the docs renders, with nothing left of the default namespace', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'serval-documented-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFolder(join(directory, 'serval', 'deploy'), generateDeploy());
  const blocks = [...(await readFile(docs, 'utf8')).matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
  assert.equal(blocks.length, 3);
  const [whole = '', patches = '', certManager = ''] = blocks;
  const onDefault = 'namespace: ml-platform\nresources:\n- ../serval/deploy/kustomize/overlays/default\n';

  for (const [index, text] of [whole, `${onDefault}${patches}`, certManager].entries()) {
    const folder = join(directory, `mine-${index}`);
    await mkdir(folder);
    await writeFile(join(folder, 'kustomization.yaml'), text);
    for (const kubectl of kubectlBinaries()) {
      const { code, stdout, stderr } = await run(kubectl, ['kustomize', folder]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /namespace: ml-platform/);
      assert.doesNotMatch(stdout, /serval-system/);
      for (const [patched, expected] of [
        ['gatewayClassName', /gatewayClassName: envoy\n/],
        ['models.example.com', /"models\.example\.com"/],
        ['newName', /image: registry\.example\.com\/serval\/operator:/],
        ['transformers', /- serval-webhook\.ml-platform\.svc\n/],
      ] as const) {
        if (text.includes(patched)) assert.match(stdout, expected);
      }
    }
  }
});
