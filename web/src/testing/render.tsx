import { render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";
import { LanguageProvider } from "../lang/language";
import { ReaderProvider } from "../reader/reader";

/** What a part of the page needs around it. The language comes from a chunk, so look for things with `findBy…` first. */
export function renderPart(part: ReactNode, language: "zh" | "en" = "en"): RenderResult {
  localStorage.setItem("cvp.language", language);
  return render(
    <LanguageProvider>
      <ReaderProvider>{part}</ReaderProvider>
    </LanguageProvider>,
  );
}
