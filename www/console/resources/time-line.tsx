/** The expirations of a resource and the login session on one time line, from the first issue on. */
import { useLayoutEffect, useRef, useState } from "react";
import { inShort, inWords } from "../words/time.ts";
import type { Lane } from "./lifetimes.ts";

const TICKS: readonly (readonly [number, string])[] = [
  [0, "issued"],
  [60, "1 min"],
  [300, "5 min"],
  [3_600, "1 h"],
  [86_400, "1 day"],
  [1_209_600, "14 days"],
  [7_776_000, "90 days"],
  [31_536_000, "1 year"],
  [315_360_000, "10 years"],
];
const BAR = 14;
/** How many renewals are drawn at most. */
const MARKS = 24;

export function TimeLine({ lanes }: { lanes: readonly Lane[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null) {
      return;
    }
    const measure = (): void => setWidth(Math.floor(current.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const said = lanes.map(({ name, seconds }) => `${name} ${seconds === 0 ? "not set" : inWords(seconds)}`).join(", ");
  return (
    <figure className="time-line">
      <div ref={place}>{width > 0 && <Picture lanes={lanes} width={width} label={`Time line: ${said}`} />}</div>
      <figcaption>
        <ul className="in-words" aria-label="The time line in words">
          {lanes.map(({ kind, name, words }) => (
            <li key={kind}>
              <i className={`swatch ${kind}`} aria-hidden="true" />
              <b>{name}:</b> {words}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function Picture({ lanes, width, label }: { lanes: readonly Lane[]; width: number; label: string }) {
  const isNarrow = width < 520;
  const left = isNarrow ? 1 : 206;
  const right = width - 28;
  const height = isNarrow ? 40 : 30;
  const top = isNarrow ? 6 : 8;
  const bottom = top + lanes.length * height + 4;
  const longest = Math.max(86_400, ...lanes.map(({ seconds, until }) => Math.max(seconds, until ?? 0)));
  const x = scale(longest * 1.2, left, right);
  const rotation = lanes.find(({ kind }) => kind === "rotation")?.seconds ?? 0;
  const isBeyond = lanes.some(({ seconds, until }) => until !== undefined && seconds > until);
  return (
    <svg role="img" aria-label={label} width={width} height={bottom + 24} viewBox={`0 0 ${width} ${bottom + 24}`}>
      <defs>
        <pattern id="fixed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" className="fixed-ground" />
          <rect width="2.500" height="6" className="fixed-stripe" />
        </pattern>
      </defs>
      <Grid x={x} top={top} bottom={bottom} right={right} width={width} />
      {lanes.map((lane, index) => {
        const y = top + index * height + (isNarrow ? 20 : 6);
        return <LaneOf key={lane.kind} lane={lane} x={x} y={y} left={left} width={width} isNarrow={isNarrow} />;
      })}
      {rotation > 0 && <RotationEnd at={x(rotation)} top={top + height + (isNarrow ? 14 : 0)} bottom={top + 3 * height} right={isBeyond ? 0 : width} />}
    </svg>
  );
}

function RotationEnd({ at, top, bottom, right }: { at: number; top: number; bottom: number; right: number }) {
  return (
    <>
      <line className="rotation-end" x1={at} x2={at} y1={top} y2={bottom} />
      {right - at > 90 && (
        <text className="rotation-ends" x={at + 7} y={top + 17}>
          rotation ends
        </text>
      )}
    </>
  );
}

interface LaneProps {
  lane: Lane;
  x: (seconds: number) => number;
  y: number;
  left: number;
  width: number;
  isNarrow: boolean;
}

function LaneOf({ lane, x, y, left, width, isNarrow }: LaneProps) {
  const { kind, name, seconds, until } = lane;
  const end = Math.max(x(seconds), left + 3);
  const limit = until === undefined ? 0 : x(until);
  const isBeyond = until !== undefined && until > 0 && seconds > until;
  return (
    <g>
      <text className="row" x={isNarrow ? 2 : 0} y={isNarrow ? y - 6 : y + 11}>
        {name}
      </text>
      <text className="says" x={isNarrow ? width - 2 : left - 12} y={isNarrow ? y - 6 : y + 11} textAnchor="end">
        {seconds === 0 ? "–" : inShort(seconds)}
      </text>
      {limit > end && <Renewals from={seconds} until={until ?? 0} x={x} y={y + BAR / 2} />}
      <rect className={`bar ${kind}`} x={left} y={y} width={end - left} height={BAR} rx={2} />
      {isBeyond && <rect className="bar beyond" x={limit} y={y} width={end - limit} height={BAR} rx={2} />}
      {kind === "login" && <path className="slides" d={`M${end + 4} ${y + BAR / 2}h12m-4.500 -4.500 4.500 4.500 -4.500 4.500`} />}
    </g>
  );
}

/** From the end of the first refresh token to the end of rotation: each mark is a successor that was used at the last moment. */
function Renewals({ from, until, x, y }: { from: number; until: number; x: (seconds: number) => number; y: number }) {
  const marks: number[] = [];
  let last = 0;
  for (let at = from; at < until && from > 0 && marks.length < MARKS; at += from) {
    if (x(at) - last >= 9) {
      marks.push(x(at));
      last = x(at);
    }
  }
  return (
    <>
      <line className="renewal" x1={x(from)} x2={x(until)} y1={y} y2={y} />
      {marks.map((at) => (
        <circle key={at} className="renewed" cx={at} cy={y} r={3.5} />
      ))}
    </>
  );
}

function Grid({ x, top, bottom, right, width }: { x: (seconds: number) => number; top: number; bottom: number; right: number; width: number }) {
  // Labels that would touch the one before them are left out.
  let free = 0;
  return TICKS.filter(([seconds]) => x(seconds) <= right).map(([seconds, label]) => {
    const at = x(seconds);
    const half = label.length * 3.4;
    const anchor = seconds === 0 ? "start" : at + half > width ? "end" : "middle";
    const from = anchor === "start" ? at : anchor === "middle" ? at - half : at - 2 * half;
    const fits = from >= free;
    free = fits ? from + 2 * half + 10 : free;
    return (
      <g key={seconds}>
        <line className="grid" x1={at} x2={at} y1={top} y2={bottom} />
        {fits && (
          <text className="tick" x={at} y={bottom + 16} textAnchor={anchor}>
            {label}
          </text>
        )}
      </g>
    );
  });
}

/** Near the issue minutes count, far from it years: linear at first, then logarithmic. */
function scale(longest: number, left: number, right: number): (seconds: number) => number {
  const position = (seconds: number): number => Math.log1p(seconds / 20);
  const unit = (right - left) / position(longest);
  return (seconds) => Math.round((left + position(seconds) * unit) * 10) / 10;
}
