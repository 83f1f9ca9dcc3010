import { keyOf } from '@serval/kube/objects';
import { RuntimeSelectionError, selectRuntime } from '../../runtime/select-runtime.ts';
import type { FindingId } from '../catalogue.ts';
import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';
import { configIn, servicesIn } from '../settings.ts';
import { isServed } from './expected.ts';

const ids: Readonly<Record<string, FindingId>> = {
  RuntimeNotRecognized: 'runtime-unknown',
  RuntimeDisabled: 'runtime-disabled',
};

/** A runtime for the format of every service. */
export const runtimesCheck: Check = {
  name: 'runtimes',
  run(snapshot, notes) {
    notes.read(snapshot.services, 'InferenceServices');
    const namespaced = notes.read(snapshot.runtimes, 'ServingRuntimes');
    const cluster = notes.read(snapshot.clusterRuntimes, 'ClusterServingRuntimes');
    // Half of the runtimes would make a finding of what is none.
    if ('unread' in snapshot.runtimes || 'unread' in snapshot.clusterRuntimes) return;
    const config = configIn(snapshot);
    for (const service of servicesIn(snapshot)) {
      const { model } = service.spec.predictor;
      if (!model || !isServed(service, config)) continue;
      const here = namespaced.filter(({ metadata }) => metadata.namespace === service.metadata.namespace);
      const failure = failureOf(() => selectRuntime(model, { namespaced: here, cluster }));
      notes.expect(failure === undefined, ids[failure?.reason ?? ''] ?? 'runtime-unfit', () => ({
        service: keyOf(service.metadata),
        evidence: evidenceOf(service, 'spec.predictor.model', {
          modelFormat: model.modelFormat,
          runtime: model.runtime,
          protocolVersion: model.protocolVersion,
        }),
        sentence: failure?.message ?? '',
        fix: { command: 'serval get servingruntimes,clusterservingruntimes', safe: false },
      }));
    }
  },
};

function failureOf(select: () => unknown): RuntimeSelectionError | undefined {
  try {
    select();
    return undefined;
  } catch (error) {
    if (error instanceof RuntimeSelectionError) return error;
    throw error;
  }
}
