import type { PlatformDefaults } from '@serval/api';
import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import { type Secret, secrets } from '@serval/kube/objects';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import { credentialNamespaceOf } from './stage-layers.ts';

export interface CredentialNamespaceOptions {
  readonly client: Client;
  readonly defaults: Reflector<PlatformDefaults>;
  readonly references: Pick<ReferenceCache, 'changed'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Watches the Secrets of the platform's credential namespace, so that a rotation is seen at once; of other namespaces, those that are
 * referred to are read again from time to time. Nothing of them is kept here but that they changed. Who may not watch it, waits for the re-read.
 */
export function followCredentialNamespace({
  defaults,
  references,
  signal,
  ...common
}: CredentialNamespaceOptions): void {
  let followed: { namespace: string; stop: AbortController } | undefined;

  function follow(): void {
    const namespace = defaults.list().length > 0 ? credentialNamespaceOf(defaults.list()[0]) : undefined;
    if (signal.aborted || namespace === followed?.namespace) return;
    followed?.stop.abort(new Error('another credential namespace is configured'));
    followed = undefined;
    if (namespace === undefined) return;
    const stop = new AbortController();
    followed = { namespace, stop };
    const reflector = createReflector<Secret>({
      ...common,
      resource: secrets,
      namespace,
      mayBeRefused: true,
      onAccess: (refusal) => {
        if (refusal)
          common.log.warn({ namespace }, 'Secrets may not be watched here; rotations are seen within a minute');
      },
      transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
      signal: AbortSignal.any([signal, stop.signal]),
    });
    reflector.onChange(({ object: { metadata } }) =>
      references.changed({ kind: 'Secret', namespace, name: metadata.name ?? '' }),
    );
  }

  defaults.onChange(follow);
  defaults.synced.then(follow, () => {});
}
