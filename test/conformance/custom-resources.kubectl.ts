import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { conformance } from './support.ts';
import { widget, widgets } from './widgets.ts';

conformance('custom resources', async (t, kubectl) => {
  const kind = widgets(kubectl.minor);
  const crd = kind.definition.metadata.name;
  await kubectl.create(kind.definition);
  await kubectl('wait', '--for=condition=Established', 'crd', crd, '--timeout=10s');
  const refused = (object: object, ...more: string[]) =>
    kubectl.fails(['create', '-f', '-', ...more], JSON.stringify(object));

  await t.test('the definition says that its names are accepted', async () => {
    const live = await kubectl.read('crd', crd);
    assert.deepEqual(
      live.status.conditions.map(({ type, status }: { type: string; status: string }) => `${type} ${status}`).sort(),
      ['Established True', 'NamesAccepted True'],
    );
    assert.deepEqual(live.status.storedVersions, ['v1']);
    assert.match(await kubectl('get', 'crds'), new RegExp(`NAME\\s+CREATED AT\\n.*${crd}`, 's'));
  });

  await t.test('defaults, also of what is stored, and pruning', async () => {
    await kubectl.withInput(
      JSON.stringify(
        widget(kind, 'd', { size: 1, parts: [{ name: 'a', what: 1 }], anything: { goes: { here: [1] } }, extra: true }),
      ),
      'create',
      '--validate=ignore',
      '-f',
      '-',
    );
    const { spec } = await kubectl.read(kind.plural, 'd');
    assert.deepEqual(spec, {
      anything: { goes: { here: [1] } },
      colour: 'red',
      parts: [{ name: 'a', weight: 1 }],
      size: 1,
    });
  });

  await t.test('fields that are unknown: strict, warn, ignore', async () => {
    const odd = widget(kind, 'odd', { size: 1, sise: 2, parts: [{ name: 'a', wait: 1 }] });
    assert.match(
      await refused(odd),
      /strict decoding error: unknown field "spec\.parts\[0\]\.wait", unknown field "spec\.sise"/,
    );
    const warned = await kubectl.try(['create', '--validate=warn', '-f', '-'], JSON.stringify(odd));
    assert.equal(warned.code, 0);
    assert.match(warned.stderr, /Warning: unknown field "spec\.sise"/);
    const ignored = await kubectl.try(
      ['create', '--validate=ignore', '-f', '-'],
      JSON.stringify(widget(kind, 'odd2', { size: 1, sise: 2 })),
    );
    assert.deepEqual([ignored.code, ignored.stderr], [0, '']);
    const metadata = { ...widget(kind, 'odd3', { size: 1 }), metadata: { name: 'odd3', labls: { a: 'b' } } };
    assert.match(await refused(metadata), /unknown field "metadata\.labls"/);
  });

  await t.test('values that the schema refuses, all in one answer', async () => {
    const text = await refused(widget(kind, 'bad', { size: 1000, colour: 'blue', parts: [{ weight: 'x' }] }));
    assert.match(text, new RegExp(`The ${kind.kind} "bad" is invalid`));
    assert.match(text, /spec\.size: Invalid value: 1000: spec\.size in body should be less than or equal to 100/);
    assert.match(text, /spec\.colour: Unsupported value: "blue": supported values: "red", "green"/);
    assert.match(text, /spec\.parts\[0\]\.name: Required value/);
    assert.match(
      text,
      /spec\.parts\[0\]\.weight: Invalid value: "string": spec\.parts\[0\]\.weight in body must be of type integer: "string"/,
    );
    assert.match(await refused(widget(kind, 'bad', {})), /spec\.size: Required value/);
    assert.match(
      await refused(widget(kind, 'twice', { size: 1, parts: [{ name: 'a' }, { name: 'a' }] })),
      /spec\.parts\[1\]: Duplicate value: .*"name":"a"/,
    );
  });

  await t.test('printer columns, short names, categories and selectable fields', async () => {
    assert.match(await kubectl('get', `wd${kubectl.minor}`, 'd'), /^NAME\s+SIZE\s+PARTS\s+AGE\nd\s+1\s+a\s+\d+s\n$/);
    assert.match(await kubectl('get', kind.plural, 'd', '-o', 'wide'), /COLOUR.*\nd\s+1\s+red/);
    assert.match(await kubectl('get', 'all'), new RegExp(`widget${kubectl.minor}\\.${kind.group}/d`));
    await kubectl.create(widget(kind, 'g', { size: 2, colour: 'green' }));
    assert.equal(
      await kubectl(
        'get',
        kind.plural,
        '--field-selector=spec.colour=green',
        '-o',
        'jsonpath={.items[*].metadata.name}',
      ),
      'g',
    );
    assert.match(await kubectl('describe', kind.plural, 'g'), /Kind:\s+Widget[\s\S]*Colour:\s+green/);
  });

  await t.test('a change of the definition shows at once', async () => {
    await kubectl(
      'patch',
      'crd',
      crd,
      '--type=json',
      '-p',
      JSON.stringify([
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/extra',
          value: { type: 'string', default: 'new' },
        },
      ]),
    );
    await eventually(async () => {
      assert.equal((await kubectl.read(kind.plural, 'g')).spec.extra, 'new');
    });
    assert.match(
      await kubectl.fails(['patch', 'crd', crd, '--type=merge', '-p', '{"spec":{"scope":"Cluster"}}']),
      /field is immutable/,
    );
  });

  await t.test('a definition that is wrong is refused by path', async () => {
    const wrong = structuredClone(kind.definition) as { spec: { versions: { schema: { openAPIV3Schema: object } }[] } };
    wrong.spec.versions[0]!.schema.openAPIV3Schema = { properties: { spec: { type: 'object' } } };
    const other = JSON.parse(JSON.stringify(wrong).replaceAll(kind.plural, `other${kubectl.minor}s`));
    assert.match(await refused(other), /openAPIV3Schema\.type: Required value: must not be empty at the root/);
    const misnamed = { ...kind.definition, metadata: { name: 'else.conformance.test' } };
    assert.match(
      await refused(misnamed),
      /metadata\.name: Invalid value: .*must be spec\.names\.plural\+"\."\+spec\.group/,
    );
  });

  await t.test('the objects go with the definition', async () => {
    await kubectl('delete', 'crd', crd, '--timeout=20s');
    assert.match(await kubectl.fails(['get', '--raw', `/apis/${kind.group}/v1/${kind.plural}`]), /NotFound/);
    await kubectl.create(kind.definition);
    await kubectl('wait', '--for=condition=Established', 'crd', crd, '--timeout=10s');
    await eventually(async () => assert.equal(await kubectl('get', kind.plural, '-A', '-o', 'name'), ''));
    await kubectl('delete', 'crd', crd);
  });
});
