import { findCondition, keyOf } from '@serval/kube/objects';
import { evidenceOf, stateOf } from '../describe.ts';
import type { Check } from '../notes.ts';
import { configIn, servicesIn } from '../settings.ts';
import { isServed } from './expected.ts';

/** The services as the operator tells of them: seen in their present generation, taken by the API server, ready. */
export const servicesCheck: Check = {
  name: 'services',
  run(snapshot, notes) {
    notes.read(snapshot.services, 'InferenceServices');
    if ('unread' in snapshot.services) return;
    const { namespace, name } = snapshot.scope;
    const services = servicesIn(snapshot);
    if (name !== undefined) {
      notes.expect(services.length > 0, 'service-missing', () => ({
        evidence: evidenceOf(`InferenceService ${keyOf({ namespace, name })}`, 'metadata.name', undefined),
        sentence: `there is no InferenceService ${name} in namespace ${namespace}`,
        fix: { command: 'serval get isvc -A', safe: false },
      }));
    } else if (services.length === 0) return notes.notChecked('there is no InferenceService');
    const config = configIn(snapshot);
    for (const service of services) {
      const key = keyOf(service.metadata);
      const { observedGeneration = 0, conditions } = service.status ?? {};
      const fix = {
        command: `serval describe isvc ${service.metadata.name} -n ${service.metadata.namespace}`,
        safe: false,
      };
      const seen = notes.expect(observedGeneration >= (service.metadata.generation ?? 1), 'service-unseen', () => ({
        service: key,
        evidence: evidenceOf(service, 'status.observedGeneration', observedGeneration),
        sentence: `the operator has not acted on generation ${service.metadata.generation} of InferenceService ${key}`,
        fix,
      }));
      if (!seen || !isServed(service, config)) continue;
      const refused = conditions?.find(({ reason }) => reason === 'ReconcileFailed');
      notes.expect(refused === undefined, 'service-refused', () => ({
        service: key,
        evidence: evidenceOf(service, `status.conditions[${refused?.type}]`, refused?.reason),
        sentence: `a child of InferenceService ${key} was refused: ${refused?.message}`,
        fix,
      }));
      const ready = findCondition(conditions, 'Ready');
      notes.expect(stateOf(service, conditions, 'Ready') === 'True', 'service-not-ready', () => ({
        service: key,
        evidence: evidenceOf(service, 'status.conditions[Ready]', ready?.reason ?? ready?.status),
        sentence: `InferenceService ${key} is not ready: ${ready?.message ?? ready?.reason ?? 'nothing is said'}`,
        fix,
      }));
    }
  },
};
