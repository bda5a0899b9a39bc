import { type Figure, passes, withUnit } from './figure';

const HEAD = ['row', 'figure', 'required', 'aim', 'measured', '', 'ceiling', 'result'];

export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const broken = figures.flatMap(({ row, broken }) => (broken === undefined ? [] : [`${row}: ${broken}`]));
  return [...lines, ...broken].map((line) => `${line}\n`).join('');
}

function cells(figure: Figure): string[] {
  const { row, what, unit, better, required, aim, measured, ceiling, result } = figure;
  const sign = better === 'higher' ? '≥' : '≤';
  return [
    row,
    what,
    `${sign} ${withUnit(required, unit)}`,
    aim === null ? '' : `${sign} ${withUnit(aim, unit)}`,
    withUnit(measured, unit),
    passes(figure) ? 'pass' : 'MISSED',
    ceiling ?? '',
    result,
  ];
}
