import { webhookPaths } from '../webhooks/paths.ts';

/**
 * A review that changes nothing and asks little: of no objects for conversion, of an empty one for admission, which may well be denied.
 */
export function probeReview(path: string, uid: string): object {
  if (path === webhookPaths.convert) {
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      request: { uid, desiredAPIVersion: 'serving.kserve.io/v1alpha2', objects: [] },
    };
  }
  const kind = { group: '', version: 'v1', kind: 'Probe' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind,
      resource: { group: '', version: 'v1', resource: 'probes' },
      name: 'serval-health-probe',
      namespace: 'default',
      operation: 'CREATE',
      dryRun: true,
      object: {
        apiVersion: 'v1',
        kind: kind.kind,
        metadata: { name: 'serval-health-probe', namespace: 'default' },
        spec: {},
      },
    },
  };
}

interface Answer {
  response?: {
    uid?: string;
    result?: { status?: string; message?: string };
    status?: { code?: number; message?: string };
  };
}

/** What is wrong with the answer to a probe, or nothing. */
export function faultOfAnswer(answer: unknown, uid: string): string | undefined {
  const { response } = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
  if (response?.uid !== uid) return 'it answered, but not the review that it was asked';
  if (response.result !== undefined && response.result.status !== 'Success') {
    return response.result.message ?? 'it converts nothing';
  }
  if ((response.status?.code ?? 0) >= 500) return response.status?.message ?? 'it failed';
  return undefined;
}
