import { StorageError } from '../errors.ts';
import type { Descriptor } from './manifest.ts';
import type { Platform } from './settings.ts';

/**
 * The manifest of an index to take: that of the platform, the first where several fit. Attestations (platform `unknown/unknown`) are no
 * images. What has no platform at all is taken when it is alone.
 * @throws StorageError ObjectNotFound, naming the platforms that there are
 */
export function selectManifest(manifests: readonly Descriptor[], platform: Platform, source: string): Descriptor {
  const images = manifests.filter((each) => !isAttestation(each));
  const found = images.find((each) => each.platform && fits(each.platform, platform));
  if (found) return found;
  const [only] = images;
  if (only && images.length === 1 && !only.platform) return only;
  const there = images.map((each) => (each.platform ? nameOf(each.platform) : 'one without a platform'));
  throw new StorageError('ObjectNotFound', `${source} has no image for ${nameOf(platform)}`, {
    hint:
      there.length > 0
        ? `it has ${[...new Set(there)].join(', ')}; SERVAL_OCI_PLATFORM=OS/ARCHITECTURE takes another`
        : 'it has no image at all',
    details: { source, platform: nameOf(platform), found: there },
  });
}

function isAttestation({ platform, annotations }: Descriptor): boolean {
  return (
    annotations['vnd.docker.reference.type'] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** A variant counts only where one is asked for; `v8` is what arm64 has without saying so. */
function fits(offered: NonNullable<Descriptor['platform']>, { os, architecture, variant }: Platform): boolean {
  if (offered.os !== os || offered.architecture !== architecture) return false;
  const implied = architecture === 'arm64' ? 'v8' : undefined;
  return variant === undefined || (offered.variant ?? implied) === variant;
}

function nameOf({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}
