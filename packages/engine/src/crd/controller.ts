import { isStatusError, setCondition } from '@serval/kube/objects';
import type { CallWebhook } from '../admission/webhook-client.ts';
import { administrator } from '../http/authenticate.ts';
import { deleteObject } from '../registry/delete.ts';
import type { RegistryDeps } from '../registry/deps.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { WriteOptions } from '../registry/request-options.ts';
import { updateObject } from '../registry/update.ts';
import { createConvert } from './conversion.ts';
import { type CustomResourceDefinition, cleanupFinalizer } from './definition.ts';
import { servedBy, servesTheSame, storageId } from './served.ts';

const definitionsId = 'apiextensions.k8s.io/customresourcedefinitions';

/**
 * Serves what CustomResourceDefinitions define, as soon as they are stored, and deletes the objects of one that is
 * deleted. Returns the way to end.
 */
export function startDefinitions(deps: RegistryDeps, callWebhook: CallWebhook, signal: AbortSignal): () => void {
  const { store, catalogue, log } = deps;
  const served = new Map<string, CustomResourceDefinition>();
  const cleaning = new Map<string, () => void>();

  function serve(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name!;
    const before = served.get(name);
    served.set(name, definition);
    if (!before || !servesTheSame(before, definition)) {
      catalogue.setCustom(name, servedBy(definition, createConvert(definition.spec.conversion, callWebhook)));
    }
    if (definition.metadata.deletionTimestamp && !cleaning.has(name)) startCleanup(definition);
  }

  function startCleanup(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name!;
    const id = storageId(definition);
    // Objects with finalizers go later; each removal is a reason to look again.
    const look = () =>
      void cleanUp(deps, definition, signal).catch((error: unknown) => {
        if (!signal.aborted)
          log.error({ definition: name, error: String(error) }, 'cleanup of custom resources failed');
      });
    const unsubscribe = store.subscribe(id, (change) => {
      if (change.type === 'DELETED' && store.list(id).length === 0) look();
    });
    cleaning.set(name, unsubscribe);
    look();
  }

  for (const object of store.list(definitionsId)) serve(object as unknown as CustomResourceDefinition);
  const unsubscribe = store.subscribe(definitionsId, ({ type, object }) => {
    const name = object.metadata.name!;
    if (type !== 'DELETED') return serve(object as unknown as CustomResourceDefinition);
    served.delete(name);
    cleaning.get(name)?.();
    cleaning.delete(name);
    catalogue.setCustom(name, []);
  });
  return () => {
    unsubscribe();
    for (const end of cleaning.values()) end();
  };
}

/** Deletes all objects; once none is left, lets the definition go. */
async function cleanUp(deps: RegistryDeps, definition: CustomResourceDefinition, signal: AbortSignal): Promise<void> {
  const { store, catalogue } = deps;
  const name = definition.metadata.name!;
  const id = storageId(definition);
  const options: WriteOptions = {
    dryRun: false,
    fieldManager: 'serval-engine',
    fieldValidation: 'Ignore',
    user: administrator,
    signal,
    warn: () => {},
  };
  const resource = catalogue.all().find(({ stored }) => stored.id === id);
  if (resource) {
    for (const { metadata } of store.list(id)) {
      if (signal.aborted) return;
      if (metadata.deletionTimestamp) continue;
      const target = { namespace: metadata.namespace ?? '', name: metadata.name! };
      await deleteObject(deps, resource, target, { ...options, propagationPolicy: 'Background' }).catch(ignoreNotFound);
    }
  }
  const remaining = store.list(id).length;
  const definitions = catalogue.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
  await updateObject(deps, {
    resource: definitions,
    target: { namespace: '', name },
    subresource: remaining > 0 ? 'status' : '',
    change: (live) => {
      const crd = live as unknown as CustomResourceDefinition;
      if (remaining > 0) {
        const message = `CustomResource deletion is in progress, ${remaining} left`;
        const condition = {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionInProgress',
          message,
        } as const;
        crd.status = {
          ...crd.status,
          conditions: setCondition(crd.status?.conditions, condition, timestamp(deps.clock())),
        };
      } else {
        crd.metadata.finalizers = (crd.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
      }
      return live!;
    },
    options,
  }).catch(ignoreNotFound);
}

function ignoreNotFound(error: unknown): void {
  if (!isStatusError(error, 'NotFound')) throw error;
}
