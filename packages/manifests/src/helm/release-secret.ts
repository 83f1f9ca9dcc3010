import { constants, gzipSync } from 'node:zlib';
import type { FileSet } from '../file-set.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { type ChartName, chartFolder } from './chart.ts';
import { type ChartRelease, renderNotes, renderTemplates } from './render.ts';

/**
 * How many bytes the Secret of a release holds, of which API servers take 1 MiB at most: Helm stores base64 of the gzipped (best compression) JSON of the whole release: the chart's
 * files, each as base64, its values and schema, and the manifest that was rendered (`encodeRelease` of Helm's storage driver, 3 and 4).
 * What API clients add on the wire is not stored.
 */
export function releaseSecretBytes(files: FileSet, chart: ChartName, release: ChartRelease): number {
  const folder = `${chartFolder(chart)}/`;
  const own = [...files].flatMap(([path, text]): [string, string][] =>
    path.startsWith(folder) ? [[path.slice(folder.length), text]] : [],
  );
  const text = (name: string) => own.find(([path]) => path === name)?.[1] ?? '';
  const isMeta = (path: string) => ['Chart.yaml', 'values.yaml', 'values.schema.json'].includes(path);
  const encoded = ([name, data]: [string, string]) => ({ name, data: Buffer.from(data).toString('base64') });
  const rendered = [...renderTemplates(files, chart, release)];
  const stored = {
    name: chart,
    info: {
      first_deployed: '2026-01-01T00:00:00.000000000Z',
      last_deployed: '2026-01-01T00:00:00.000000000Z',
      deleted: '',
      description: 'Install complete',
      status: 'deployed',
      notes: renderNotes(files, chart, release),
    },
    chart: {
      metadata: parseYaml(text('Chart.yaml'), 'Chart.yaml')[0],
      lock: null,
      templates: own.filter(([path]) => path.startsWith('templates/')).map(encoded),
      values: parseYaml(text('values.yaml'), 'values.yaml')[0],
      schema: Buffer.from(text('values.schema.json')).toString('base64'),
      files: own.filter(([path]) => !path.startsWith('templates/') && !isMeta(path)).map(encoded),
    },
    config: release.values ?? {},
    manifest: rendered.map(([path, document]) => `---\n# Source: ${path.replace('helm/', '')}\n${document}`).join(''),
    version: 1,
    namespace: release.namespace,
  };
  const zipped = gzipSync(JSON.stringify(stored), { level: constants.Z_BEST_COMPRESSION });
  return Math.ceil(zipped.length / 3) * 4;
}
