import { catalogue } from '../../src/domain/drift/catalogue';
import { drifts, foldTold, memoryEngine } from '../support/fold';

const subjectOf = (subject: { kind: string; id: string }) => `${subject.kind}:${subject.id}`;

describe.each(catalogue.map((detector) => [detector.code, detector.on, detector] as const))(
  '%s on %s',
  (code, _on, detector) => {
    const { opens, staysClosed, resolves } = detector.examples;

    it('opens', async () => {
      const engine = memoryEngine();
      await foldTold(engine, opens.facts, opens.at);
      expect(engine.failures).toEqual([]);
      const open = drifts(engine).filter((drift) => drift.detector === code && drift.status === 'open');
      expect(open.map(({ finding }) => [subjectOf(finding.subject), finding.cause.code])).toEqual([
        [opens.subject, opens.cause],
      ]);
      const [drift] = open;
      expect(drift?.finding.sides.length).toBeGreaterThan(1);
      expect(drift?.finding.divergence).not.toBeNull();
      expect(drift?.finding.fixes.length).toBeGreaterThan(0);
      expect(detector.causes).toContain(drift?.finding.cause.code);
      expect(drift?.openedAt).toBeLessThanOrEqual(opens.at);
    });

    it('stays closed at the near-miss', async () => {
      const engine = memoryEngine();
      await foldTold(engine, staysClosed.facts, staysClosed.at);
      expect(engine.failures).toEqual([]);
      expect(drifts(engine).filter((drift) => drift.detector === code)).toEqual([]);
    });

    it('resolves', async () => {
      const engine = memoryEngine();
      if ('replay' in resolves) {
        await foldTold(engine, resolves.replay, opens.at);
        expect(drifts(engine).filter((drift) => drift.detector === code)).toEqual([]);
        return;
      }
      await foldTold(engine, opens.facts, opens.at);
      await foldTold(engine, resolves.by, opens.at);
      const [drift] = drifts(engine).filter((each) => each.detector === code);
      expect(drift?.status).toBe('resolved');
      expect(drift?.resolvedBy).toBe(opens.facts.length + 2);
    });
  },
);
