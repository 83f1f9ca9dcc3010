export { compileExpression, summaryOf } from './compile.ts';
export { createCelEnvironment } from './environment.ts';
export { checkRuleCosts, type RuleCost, ruleCosts } from './rule-costs.ts';
export { createRuleChecker, type RuleChecker } from './rules.ts';
export { createTimeLimit } from './time-limit.ts';
export { createConverter } from './values.ts';
