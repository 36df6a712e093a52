import { App, ConfigProvider, theme as antdTheme } from "antd";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useSpeech } from "../lang/language";
import { kNonce } from "./nonce";

export type Look = "system" | "light" | "dark";
const kStored = "cvp.look";
const kDark = "(prefers-color-scheme: dark)";

interface Chosen {
  look: Look;
  dark: boolean;
  setLook: (look: Look) => void;
}
const LookContext = createContext<Chosen>({ look: "system", dark: false, setLook: () => undefined });
export const useLook = (): Chosen => useContext(LookContext);

function storedLook(): Look {
  const stored = localStorage.getItem(kStored);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia(kDark).matches);
  useEffect(() => {
    const query = matchMedia(kDark);
    const follow = () => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return dark;
}

const kFonts =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
const kShared = { fontFamily: kFonts, borderRadius: 8, fontSize: 15 };
const kLight = {
  ...kShared,
  colorPrimary: "#0b6e6e",
  colorLink: "#0b6e6e",
  colorInfo: "#0b6e6e",
  // Written out: what antd derives from dark base colours is grey, and what it takes by itself is too pale to read.
  colorPrimaryBg: "#e2f0ef",
  colorPrimaryBgHover: "#cfe6e4",
  colorInfoBg: "#e9f4f3",
  colorInfoBorder: "#a9d3d0",
  colorSuccess: "#2c6e2f",
  colorSuccessBg: "#edf6ec",
  colorSuccessBorder: "#b5d6b4",
  colorWarning: "#8a5300",
  colorWarningBg: "#fdf4e1",
  colorWarningBorder: "#e9cf9c",
  colorError: "#b3261e",
  colorErrorBg: "#fcefed",
  colorErrorBorder: "#ecc0bb",
  colorBgLayout: "#f6f5f1",
  colorTextSecondary: "rgba(0,0,0,0.68)",
  colorTextTertiary: "rgba(0,0,0,0.62)",
  colorTextDescription: "rgba(0,0,0,0.62)",
  colorTextPlaceholder: "rgba(0,0,0,0.56)",
};
const kDarkTokens = {
  ...kShared,
  colorPrimary: "#127d7a",
  colorLink: "#5fd0c8",
  colorInfo: "#127d7a",
  colorPrimaryBg: "#17302f",
  colorInfoBg: "#17302f",
  colorInfoBorder: "#27524f",
  colorSuccess: "#86cf8a",
  colorSuccessBg: "#1b2c1d",
  colorSuccessBorder: "#33563a",
  colorWarning: "#f0b860",
  colorWarningBg: "#322814",
  colorWarningBorder: "#5c4820",
  colorError: "#ff9d94",
  colorErrorBg: "#371f1d",
  colorErrorBorder: "#6b3833",
  colorBgLayout: "#14171a",
  colorBgContainer: "#1b1f23",
  colorBgElevated: "#23282d",
  colorTextSecondary: "rgba(255,255,255,0.72)",
  colorTextTertiary: "rgba(255,255,255,0.65)",
  colorTextDescription: "rgba(255,255,255,0.65)",
  colorTextPlaceholder: "rgba(255,255,255,0.55)",
};

/** In the dark, info is told by a pale colour, as the others are. */
const kPaleTags = { colorInfo: "#5fd0c8" };
const kPaleSlider = {
  trackBg: "#127d7a",
  trackHoverBg: "#127d7a",
  handleColor: "#5fd0c8",
  handleActiveColor: "#5fd0c8",
};
const kPaleTabs = { itemSelectedColor: "#5fd0c8", inkBarColor: "#5fd0c8", itemHoverColor: "#5fd0c8" };

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { antd } = useSpeech();
  const [look, setStored] = useState<Look>(storedLook);
  const systemDark = useSystemDark();
  const dark = look === "dark" || (look === "system" && systemDark);

  useEffect(() => {
    document.documentElement.dataset["look"] = dark ? "dark" : "light";
  }, [dark]);

  const chosen = useMemo<Chosen>(
    () => ({
      look,
      dark,
      setLook: (next) => {
        localStorage.setItem(kStored, next);
        setStored(next);
      },
    }),
    [look, dark],
  );
  const theme = useMemo(
    () => ({
      algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
      token: dark ? kDarkTokens : kLight,
      // The key is the class of <html>, so that our own styles may use antd's variables anywhere.
      cssVar: { key: "cvp" },
      components: dark
        ? { Button: { dangerColor: "#1d0b0a" }, Tag: kPaleTags, Tabs: kPaleTabs, Slider: kPaleSlider }
        : {},
      hashed: false,
    }),
    [dark],
  );
  return (
    <LookContext.Provider value={chosen}>
      <ConfigProvider locale={antd} theme={theme} csp={{ nonce: kNonce }} button={{ autoInsertSpace: false }}>
        <App className="root" notification={{ placement: "bottomRight" }}>
          {children}
        </App>
      </ConfigProvider>
    </LookContext.Provider>
  );
}
