import type { Locale } from "antd/es/locale";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Language } from "../api/session";
import { makeFormats, type Formats } from "../text/format";
import type { Dictionary } from "./en";

interface Spoken {
  language: Language;
  text: Dictionary;
  format: Formats;
  antd: Locale;
}
interface Speech extends Spoken {
  setLanguage: (language: Language) => void;
}

const SpeechContext = createContext<Speech | null>(null);
const kStored = "cvp.language";

export function firstLanguage(stored: string | null, wanted: readonly string[]): Language {
  if (stored === "zh" || stored === "en") return stored;
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

/** Only the language in use is loaded. */
async function load(language: Language): Promise<Spoken> {
  const [text, antd] =
    language === "zh"
      ? await Promise.all([
          import("./zh").then((m) => m.zh),
          import("antd/es/locale/zh_CN").then((m) => m.default),
        ])
      : await Promise.all([
          import("./en").then((m) => m.en),
          import("antd/es/locale/en_GB").then((m) => m.default),
        ]);
  return { language, text, antd, format: makeFormats(language) };
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState<Language>(() =>
    firstLanguage(localStorage.getItem(kStored), navigator.languages),
  );
  const [spoken, setSpoken] = useState<Spoken | null>(null);

  useEffect(() => {
    let current = true;
    void load(wanted).then((loaded) => {
      if (!current) return;
      document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
      setSpoken(loaded);
    });
    return () => {
      current = false;
    };
  }, [wanted]);

  const setLanguage = useCallback((language: Language) => {
    localStorage.setItem(kStored, language);
    setWanted(language);
  }, []);
  const speech = useMemo(() => spoken && { ...spoken, setLanguage }, [spoken, setLanguage]);
  return speech && <SpeechContext.Provider value={speech}>{children}</SpeechContext.Provider>;
}

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (!speech) throw new Error("no language");
  return speech;
}

/** Texts made by the server come in the language they were asked in: whoever keeps them asks again when this changes. */
export const useLanguageKey = (): string => useContext(SpeechContext)?.language ?? "";
export const useText = (): Dictionary => useSpeech().text;
export const useFormat = (): Formats => useSpeech().format;
