import { oneOf, podsOrPercent } from '../kinds.ts';
import { given, group, open } from '../setting.ts';

/** How services run that do not say themselves. */
export const deploy = {
  defaultDeploymentMode: given(
    // The first of KServe's names for one mode is the present one.
    oneOf('Standard', 'RawDeployment', 'Knative', 'Serverless', 'ModelMesh'),
    'Standard',
    'The mode of services without the annotation `serving.kserve.io/deploymentMode`.',
  ),
  deploymentRolloutStrategy: group(
    {
      defaultRollout: group(
        {
          maxSurge: open(podsOrPercent, 'Pods above the wanted number during an update; else 25%.', '0.16'),
          maxUnavailable: open(podsOrPercent, 'Pods that may be missing during an update; else 25%.', '0.16'),
        },
        'Of components without a `deploymentStrategy`.',
        '0.16',
      ),
    },
    'How Deployments are updated.',
    '0.16',
  ),
};
