import type { RegistryEntry } from './docker-config.ts';
import { keyMatches, parseRegistryKey, parseSchemeless } from './registry-key.ts';

/** The name under which Docker Hub's credentials stand, after `https://index.docker.io/v1/` has become a key. */
const DOCKER_HUB_KEY = 'index.docker.io';

/**
 * All entries that match an image, in the order in which the kubelet tries them; which one is right only the registry can tell.
 *
 * - Keys go before each other in reverse order of their text over all files, so longer paths first; entries of one key in the order given.
 *   Text alone decides: `reg.example` goes before `*.example/team`, although that is longer.
 * - `https://index.docker.io/v1/` counts for images of Docker Hub only where nothing else matched. `docker.io` is a key like others.
 * - An entry without user and password is tried, too. Whatever succeeds first is used.
 *
 * @param imageName `REGISTRY/REPOSITORY` with all defaults filled in, as of `parseImageReference`
 */
export function matchRegistryEntries<Entry extends RegistryEntry<unknown>>(
  entries: readonly Entry[],
  imageName: string,
): Entry[] {
  const image = parseSchemeless(imageName);
  if (!image) return [];
  const keyed = entries.flatMap((entry) => {
    const key = parseRegistryKey(entry.key);
    return key ? [{ entry, key, text: key.host + key.path }] : [];
  });
  const matching = keyed.filter(({ key }) => keyMatches(key, image));
  if (matching.length > 0) {
    return matching.sort((a, b) => Buffer.compare(Buffer.from(b.text), Buffer.from(a.text))).map(({ entry }) => entry);
  }
  return isDockerHub(imageName) ? keyed.filter(({ text }) => text === DOCKER_HUB_KEY).map(({ entry }) => entry) : [];
}

function isDockerHub(imageName: string): boolean {
  const [first, ...rest] = imageName.split('/');
  if (!first) return false;
  return rest.length === 0 || first === 'docker.io' || first === 'index.docker.io' || !/[.:]/.test(first);
}
