/** The expirations of a resource and the login session on one time line, from the first issue on. */
import { inShort, inWords } from "./duration.ts";
import type { Lane } from "./lanes.ts";
import { useWidth } from "./use-width.ts";

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
/** The width from which on hints find room, and the room that they take. */
const HINTED = 860;
const HINT = 280;
/** The room that the words take, in pixels. */
const ROTATION_ENDS = 96;

interface TimeLineProps {
  lanes: readonly Lane[];
  /** Seconds since a token was issued: where on the line it is now. */
  age?: number | undefined;
  /** A few words on each lane, shown beside it where there is room. */
  hints?: Readonly<Record<Lane["kind"], string>>;
  /** Whether the lanes are explained below for everybody, or for screen readers only. */
  areWordsSeen?: boolean;
}

export function TimeLine({ lanes, age, hints, areWordsSeen = true }: TimeLineProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const said = lanes.map(({ name, seconds }) => `${name} ${seconds === 0 ? "not set" : inWords(seconds)}`).join(", ");
  return (
    <figure className="time-line">
      <div ref={place}>{width > 0 && <Picture lanes={lanes} age={age} hints={hints} width={width} label={`Time line: ${said}`} />}</div>
      <figcaption className={areWordsSeen ? "" : "unseen"}>
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

interface PictureProps {
  lanes: readonly Lane[];
  age: number | undefined;
  hints: TimeLineProps["hints"];
  width: number;
  label: string;
}

function Picture({ lanes, age, hints, width, label }: PictureProps) {
  const isNarrow = width < 520;
  const left = isNarrow ? 1 : 206;
  const isHinted = hints !== undefined && width >= HINTED;
  const right = width - 28 - (isHinted ? HINT : 0);
  const height = isNarrow ? 40 : 30;
  const top = (isNarrow ? 6 : 8) + (age === undefined ? 0 : 16);
  const bottom = top + lanes.length * height + 4;
  const longest = Math.max(86_400, age ?? 0, ...lanes.map(({ seconds, until }) => Math.max(seconds, until ?? 0)));
  const x = scale(longest * 1.2, left, right);
  const now = age === undefined ? undefined : x(Math.max(0, age));
  const rotation = lanes.find(({ kind }) => kind === "rotation")?.seconds ?? 0;
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
        return (
          <g key={lane.kind}>
            <LaneOf lane={lane} x={x} y={y} left={left} width={width} isNarrow={isNarrow} isOver={age !== undefined && age >= lane.seconds} />
            {isHinted && (
              <text className="says" x={right + 40} y={y + 11}>
                {hints[lane.kind]}
              </text>
            )}
          </g>
        );
      })}
      {rotation > 0 && (
        <RotationEnd
          at={x(rotation)}
          top={top + (isNarrow ? 18 : 2)}
          bottom={top + 3 * height}
          left={x(lanes[0]?.seconds ?? 0)}
          right={right + 28}
          crossedAt={now}
        />
      )}
      {now !== undefined && age !== undefined && <Now at={now} age={age} top={top} bottom={bottom} right={right} />}
    </svg>
  );
}

interface RotationEndProps {
  at: number;
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** Where another line is in the way. */
  crossedAt: number | undefined;
}

/** Written where the first lane has room for it: between its bar and the line, else behind the line. */
function RotationEnd({ at, top, bottom, left, right, crossedAt = Number.NaN }: RotationEndProps) {
  const isCrossed = (from: number, to: number): boolean => crossedAt > from && crossedAt < to;
  const isBefore = at - left > ROTATION_ENDS && !isCrossed(at - ROTATION_ENDS, at);
  const isBehind = right - at > ROTATION_ENDS && !isCrossed(at, at + ROTATION_ENDS);
  return (
    <>
      <line className="rotation-end" x1={at} x2={at} y1={top} y2={bottom} />
      {(isBefore || isBehind) && (
        <text className="rotation-ends" x={isBefore ? at - 7 : at + 7} y={top + 14} textAnchor={isBefore ? "end" : "start"}>
          rotation ends
        </text>
      )}
    </>
  );
}

function Now({ at, age, top, bottom, right }: { at: number; age: number; top: number; bottom: number; right: number }) {
  const anchor = at > right - 150 ? "end" : at < 240 ? "start" : "middle";
  return (
    <>
      <line className="now" x1={at} x2={at} y1={top - 4} y2={bottom} />
      <circle className="now-head" cx={at} cy={top - 4} r={3.5} />
      <text
        className="now-label"
        x={{ start: at + 9, middle: at, end: at - 9 }[anchor]}
        y={top - (anchor === "middle" ? 11 : 4)}
        textAnchor={anchor}
      >
        {age < 1 ? "now, just issued" : `now, ${inShort(age)} after issue`}
      </text>
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
  isOver: boolean;
}

function LaneOf({ lane, x, y, left, width, isNarrow, isOver }: LaneProps) {
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
      <rect className={`bar ${kind}${isOver ? " over" : ""}`} x={left} y={y} width={end - left} height={BAR} rx={2} />
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
