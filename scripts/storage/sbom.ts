import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../build/bundle.ts';
import { packageFolder } from './layout.ts';

export const sbomPath = join(packageFolder, 'sbom.cdx.json');

interface LockedPackage {
  version: string;
  license?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Located extends LockedPackage {
  name: string;
  /** Key in the lock file. */
  location: string;
}

/** The package's bill of materials (CycloneDX 1.6, JSON) from the lock file alone: the same input gives the same bytes. */
export async function renderSbom(): Promise<string> {
  const lock = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as LockedPackage & {
    name: string;
    license: string;
  };
  const root: Located = { ...manifest, location: 'packages/storage' };
  const found = new Map<string, Located>();
  const edges: { ref: string; dependsOn: string[] }[] = [];
  const queue = [root];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const needed = Object.keys({ ...next.dependencies, ...next.optionalDependencies })
      .map((name) => locate(lock.packages, next.location, name))
      .filter((it) => it !== undefined);
    edges.push({ ref: purlOf(next), dependsOn: needed.map(purlOf).sort() });
    for (const it of needed) {
      if (found.has(it.location)) continue;
      found.set(it.location, it);
      queue.push(it);
    }
  }
  const components = [...found.values()].map(componentOf).sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const body = {
    metadata: { component: { ...componentOf(root), type: 'application' } },
    components,
    dependencies: edges.sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidFrom(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

/** As Node.js resolves: the nearest `node_modules` upwards. An optional package that the lock file leaves out is `undefined`. */
function locate(packages: Record<string, LockedPackage>, from: string, name: string): Located | undefined {
  for (let folder = from; ; ) {
    const location = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = packages[location];
    if (found) return { ...found, name, location };
    if (folder === '') return undefined;
    const above = folder.lastIndexOf('/node_modules/');
    folder = above < 0 ? '' : folder.slice(0, above);
  }
}

function componentOf({ name, version, license, integrity, ...it }: Located) {
  const [, algorithm, sum] = /^(sha512)-(.+)$/.exec(integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': purlOf({ name, version, ...it }),
    name,
    version,
    ...(algorithm ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(sum!, 'base64').toString('hex') }] } : {}),
    ...(license ? { licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }] } : {}),
    purl: purlOf({ name, version, ...it }),
  };
}

function purlOf({ name, version }: Located): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A UUID of version 8 (RFC 9562) made of the content, so that equal bills have equal numbers. */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
