import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorFlags } from '../declarations/operator-flags.ts';
import { FlagError, operatorHelp, parseOperatorFlags, watchedNamespaces } from './parse-flags.ts';

test('without arguments every flag has its default', () => {
  const values = parseOperatorFlags([]);
  for (const flag of operatorFlags) assert.equal(values[flag.name], flag.default);
  assert.equal(values['webhook-port'], '9443');
  assert.equal(values['namespace'], 'serval-system');
});

test('both ways of writing a value', () => {
  const values = parseOperatorFlags(['--namespace=models', '--webhook-port', '0', '--leader-election', 'off']);
  assert.equal(values['namespace'], 'models');
  assert.equal(values['webhook-port'], '0');
  assert.equal(values['leader-election'], 'off');
});

test('what cannot be said is refused with the flag, the value and the expectation', () => {
  const refused: [string[], RegExp][] = [
    [['--webhook-port', '70000'], /--webhook-port is "70000"; expected a whole number from 0 to 65535/],
    [['--webhook-port', '-1'], /webhook-port/],
    [['--certificates', 'none'], /--certificates is "none"; expected one of self-managed, cert-manager, files/],
    [['--namespace='], /--namespace is empty/],
    [
      ['--watch-namespaces', 'team-a,Team B'],
      /--watch-namespaces is "team-a,Team B": "Team B" is no name of a namespace/,
    ],
    [['--watch-namespaces', ','], /--watch-namespaces is ",": no namespace is named/],
    [['--cluster-scoped', 'off'], /--cluster-scoped is off: a self-managed certificate cannot be announced/],
    [['--unheard-of'], /unheard-of/],
    [['extra'], /extra/],
  ];
  for (const [args, message] of refused) {
    assert.throws(
      () => parseOperatorFlags(args),
      (error: unknown) => error instanceof FlagError && message.test(error.message),
    );
  }
});

test('namespaces are listed with commas, each once', () => {
  assert.equal(watchedNamespaces(parseOperatorFlags([])), undefined);
  assert.deepEqual(watchedNamespaces(parseOperatorFlags(['--watch-namespaces', 'b, a,b'])), ['b', 'a']);
  const fromEnvironment = parseOperatorFlags([], { 'watch-namespaces': 'team-a' });
  assert.deepEqual(watchedNamespaces(fromEnvironment), ['team-a']);
});

test('without rights over the cluster, the certificate comes from somebody else', () => {
  for (const more of [['--certificates=cert-manager'], ['--webhooks=off']]) {
    assert.equal(parseOperatorFlags(['--cluster-scoped=off', ...more])['cluster-scoped'], 'off');
  }
});

test('the help tells every flag', () => {
  const help = operatorHelp();
  for (const { name } of operatorFlags) assert.match(help, new RegExp(`^  --${name} `, 'm'));
});
