import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Gate } from "./app/gate";
import { kNonce } from "./app/nonce";
import { SessionProvider } from "./app/session";
import "./app/setup_code";
import { giveStylesTheNonce } from "./app/style_nonce";
import { ThemeProvider } from "./app/theme";
import { LanguageProvider } from "./lang/language";
import "./app/base.css";

giveStylesTheNonce(kNonce);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <ThemeProvider>
          <SessionProvider>
            <Gate />
          </SessionProvider>
        </ThemeProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}
