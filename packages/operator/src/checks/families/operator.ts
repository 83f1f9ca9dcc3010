import { operatorDeploymentName } from '../../declarations/installed-names.ts';
import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';

/** The operator itself, where it runs as a Deployment. */
export const operatorCheck: Check = {
  name: 'operator',
  run(snapshot, notes) {
    const all = notes.read(snapshot.deployments, 'Deployments');
    const operator = all.find(
      ({ metadata }) => metadata.namespace === snapshot.systemNamespace && metadata.name === operatorDeploymentName,
    );
    if (!operator) {
      if (!('unread' in snapshot.deployments)) {
        notes.notChecked(`the operator is no Deployment of namespace ${snapshot.systemNamespace}`);
      }
      return;
    }
    notes.expect((operator.status?.availableReplicas ?? 0) > 0, 'operator-unavailable', () => ({
      evidence: evidenceOf(operator, 'status.availableReplicas', operator.status?.availableReplicas ?? 0),
      sentence: 'no Pod of the operator is available, so nothing is reconciled and no webhook answers',
      fix: {
        command: `kubectl -n ${snapshot.systemNamespace} describe pods -l app.kubernetes.io/name=${operatorDeploymentName}`,
        safe: false,
      },
    }));
  },
};
