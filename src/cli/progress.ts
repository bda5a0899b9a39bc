/** Progress of long work on standard error: a bar on a terminal, a plain line every few seconds elsewhere. */
import { type SingleBar, Presets, SingleBar as Bar } from 'cli-progress';

export interface Progress {
  /** `total` may grow; `note` says the phase. */
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 2_000;

export function createProgress(
  label: string,
  unit: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  return stream.isTTY ? barProgress(label, unit, stream) : lineProgress(label, unit, stream);
}

function barProgress(label: string, unit: string, stream: NodeJS.WriteStream): Progress {
  const format = `${label} {bar} {percentage}% | {value}/{total} ${unit} | {rate} ${unit}/s | {note}`;
  const bar: SingleBar = new Bar(
    { format, stream, hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  );
  const started = performance.now();
  let begun = false;
  return {
    update(done, total, note = '') {
      if (!begun) bar.start(total, 0, { rate: 0, note });
      begun = true;
      bar.setTotal(total);
      bar.update(done, { rate: rateOf(done, started), note });
    },
    stop: () => {
      if (begun) bar.stop();
    },
  };
}

function lineProgress(label: string, unit: string, stream: NodeJS.WriteStream): Progress {
  const started = performance.now();
  let last = started;
  let pending: string | null = null;
  return {
    update(done, total, note = '') {
      const share = total > 0 ? Math.floor((100 * done) / total) : 100;
      pending =
        `${label}: ${share} % (${done}/${total} ${unit}, ${rateOf(done, started)} ${unit}/s) ${note}`.trimEnd();
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      stream.write(`${pending}\n`);
      pending = null;
    },
    stop() {
      if (pending !== null) stream.write(`${pending}\n`);
      pending = null;
    },
  };
}

function rateOf(done: number, started: number): number {
  const seconds = (performance.now() - started) / 1000;
  return seconds > 0 ? Math.round(done / seconds) : 0;
}
