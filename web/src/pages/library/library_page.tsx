import { FolderOpenOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useLive } from "../../app/jobs";
import { idOf, navigate, useRoute } from "../../app/router";
import { useApi, useRights } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { EmptyState, Load, Page } from "../../parts/page";
import { CollectionHead } from "./collection_head";
import { CollectionList } from "./collection_list";
import { DocumentTable } from "./document_table";
import { NewCollection } from "./new_collection";
import { DropZone } from "../../upload/drop_zone";
import { UploadList } from "../../upload/upload_list";
import { isOpen, useUploads } from "../../upload/uploads";
import "./library.css";

export default function LibraryPage() {
  const { library } = useText();
  const api = useApi();
  const { write } = useRights();
  const route = useRoute();
  const { libraryVersion } = useLive();
  const [making, setMaking] = useState(false);
  const collections = useLoad("collections", (signal) => api.library.collections(signal));
  const { reload } = collections;
  // Also without the server's events the list is right once the uploads are through.
  const { items: uploads } = useUploads();
  const settled = uploads.every((item) => !isOpen(item));
  const version = `${libraryVersion} ${settled}`;
  useEffect(reload, [version, reload]);

  const newButton = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {library.newCollection}
    </Button>
  );
  return (
    <Page title={library.title} intro={library.intro} wide actions={write && newButton}>
      <Load of={collections}>
        {({ items }) => {
          const current = items.find((one) => one.id === idOf(route.id)) ?? items[0];
          if (!current) {
            return (
              <EmptyState
                icon={<FolderOpenOutlined />}
                title={write ? library.noCollections : library.noCollectionsReader}
                actions={write && newButton}
              >
                {write ? library.noCollectionsHint : library.noCollectionsReaderHint}
              </EmptyState>
            );
          }
          return (
            <div className="library">
              <CollectionList items={items} current={current.id} />
              <section className="stack library-main" aria-label={current.name}>
                <CollectionHead collection={current} onChanged={reload} />
                {current.right !== "read" && <DropZone collection={current.id} />}
                <UploadList />
                <DocumentTable key={current.id} collection={current} version={version} />
              </section>
            </div>
          );
        }}
      </Load>
      {making && (
        <NewCollection
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            reload();
            navigate(`/library/${made.id}`);
          }}
        />
      )}
    </Page>
  );
}
