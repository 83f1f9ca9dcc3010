import { type Clock, rfc3339 } from '@serval/kube/client';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { ConfigSource } from '../config/config-source.ts';
import { conditionsData, readConditions, withCondition } from './health-report.ts';
import type { HealthSource } from './write-health.ts';

const type = 'ConfigurationInForce';

/** Whether the platform's configuration is in force as it is written, as a condition of the platform. */
export function createConfigHealth(config: ConfigSource, clock: Clock): HealthSource {
  return {
    first: config.read,
    onChange: config.onChange,
    data: (told) => {
      const condition = conditionOf(config.health());
      return conditionsData(withCondition(readConditions(told), type, condition, rfc3339(clock.now())));
    },
  };
}

function conditionOf({ state, problem }: ReturnType<ConfigSource['health']>): ConditionResult | undefined {
  switch (state) {
    case 'AsWritten':
      return { status: 'True', reason: 'AsWritten' };
    case 'Defaults':
      return { status: 'True', reason: 'Defaults', message: 'there is no ConfigMap, so defaults hold' };
    case 'LastGood':
      return { status: 'False', reason: 'LastGoodInForce', message: `${problem}; the last good one stays in force` };
    case 'Unusable':
      return { status: 'False', reason: 'NothingGoodKnown', message: `${problem}; nothing is reconciled until then` };
    case 'Unread':
      return undefined;
  }
}
