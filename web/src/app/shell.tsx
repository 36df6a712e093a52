import { MenuOutlined } from "@ant-design/icons";
import { Button, Drawer, Grid } from "antd";
import { useEffect, useRef, useState } from "react";
import { useText } from "../lang/language";
import { ReaderAside, ReaderProvider } from "../reader/reader";
import { UploadsProvider } from "../upload/uploads";
import { AskStoreProvider } from "../pages/ask/store_context";
import { AccountButton, JobsButton, LanguageButton, LookButton } from "./header_tools";
import { LiveProvider } from "./jobs";
import { Nav } from "./nav";
import { CurrentPage } from "./pages";
import { Link, useRoute } from "./router";
import icon from "./icon.svg";

function Brand() {
  const { common } = useText();
  return (
    <Link to="/ask" className="brand" aria-label={`${common.product}: ${common.toAsk}`}>
      <img src={icon} alt="" width={28} height={28} /> <span>{common.product}</span>
    </Link>
  );
}

function Frame() {
  const { common } = useText();
  const { lg } = Grid.useBreakpoint();
  const { page } = useRoute();
  const [menuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const firstPage = useRef(page);

  // After a change of page the keyboard continues at its content, as after a real page load.
  useEffect(() => {
    if (firstPage.current !== page) main.current?.focus({ preventScroll: true });
    firstPage.current = page;
  }, [page]);

  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {common.skip}
      </a>
      {lg ? (
        <aside className="sider" aria-label={common.menu}>
          <Brand />
          <Nav />
        </aside>
      ) : (
        <Drawer
          open={menuOpen}
          placement="left"
          width={264}
          onClose={() => setMenuOpen(false)}
          title={common.product}
          styles={{ body: { padding: 0 } }}
        >
          <Nav onChosen={() => setMenuOpen(false)} />
        </Drawer>
      )}
      <div className="column">
        <header className="topbar">
          {!lg && (
            <>
              <Button
                type="text"
                icon={<MenuOutlined />}
                aria-label={common.menu}
                onClick={() => setMenuOpen(true)}
              />
              <Brand />
            </>
          )}
          <div className="topbar-tools">
            <JobsButton />
            <LookButton />
            <LanguageButton />
            <AccountButton />
          </div>
        </header>
        <div className="content">
          <main id="main" ref={main} tabIndex={-1}>
            <CurrentPage />
          </main>
          <ReaderAside />
        </div>
      </div>
    </div>
  );
}

export function Shell() {
  return (
    <LiveProvider>
      <UploadsProvider>
        <AskStoreProvider>
          <ReaderProvider>
            <Frame />
          </ReaderProvider>
        </AskStoreProvider>
      </UploadsProvider>
    </LiveProvider>
  );
}
