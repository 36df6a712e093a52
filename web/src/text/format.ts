const kGib = 2 ** 30;

export interface Formats {
  count: (value: number) => string;
  decimal: (value: number, digits?: number) => string;
  percent: (share: number, digits?: number) => string;
  bytes: (bytes: number) => string;
  gib: (bytes: number) => string;
  money: (usd: number) => string;
  date: (seconds: number) => string;
  time: (seconds: number) => string;
  ago: (seconds: number, nowMs?: number) => string;
  duration: (seconds: number) => string;
  parameters: (count: number) => string;
}

const kAges: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function shortDuration(seconds: number, chinese: boolean): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return chinese ? `${hours} 小时 ${minutes} 分` : `${hours} h ${minutes} min`;
  if (minutes > 0) return chinese ? `${minutes} 分 ${rest} 秒` : `${minutes} min ${rest} s`;
  return chinese ? `${rest} 秒` : `${rest} s`;
}

/** Three figures that matter: 0.92, 2.85, 18.1, 766. */
function digitsFor(value: number): number {
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

export function makeFormats(language: "zh" | "en"): Formats {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const chinese = language === "zh";
  const number = (value: number, digits: number) =>
    value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return {
    count: (value) => number(value, 0),
    decimal: (value, digits) => number(value, digits ?? digitsFor(value)),
    percent: (share, digits = 0) => `${number(share * 100, digits)}%`,
    bytes: (bytes) => {
      if (bytes < 1000) return `${bytes} B`;
      if (bytes < 1e6) return `${number(bytes / 1e3, digitsFor(bytes / 1e3))} kB`;
      if (bytes < 1e9) return `${number(bytes / 1e6, digitsFor(bytes / 1e6))} MB`;
      if (bytes < 1e12) return `${number(bytes / 1e9, digitsFor(bytes / 1e9))} GB`;
      return `${number(bytes / 1e12, digitsFor(bytes / 1e12))} TB`;
    },
    gib: (bytes) => `${number(bytes / kGib, digitsFor(bytes / kGib))} GiB`,
    money: (usd) => `US$${number(usd, usd < 10 ? 2 : 0)}`,
    date: (seconds) => day.format(seconds * 1000),
    time: (seconds) => moment.format(seconds * 1000),
    ago: (seconds, nowMs = Date.now()) => {
      const age = seconds - nowMs / 1000;
      for (const [unit, length] of kAges) {
        if (Math.abs(age) >= length) return relative.format(Math.trunc(age / length), unit);
      }
      return chinese ? "刚刚" : "just now";
    },
    duration: (seconds) => shortDuration(seconds, chinese),
    parameters: (count) => {
      if (chinese)
        return count >= 1e8
          ? `${number(count / 1e8, digitsFor(count / 1e8))} 亿`
          : `${number(count / 1e4, 0)} 万`;
      if (count >= 1e12) return `${number(count / 1e12, 1)}T`;
      return count >= 1e9 ? `${number(count / 1e9, 1)}B` : `${number(count / 1e6, 0)}M`;
    },
  };
}
