//! The one recorder of figures in this process. Several townships in one test process share it, so it is installed once.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to record; later calls do nothing.
pub fn begin() {
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Another recorder in the same process keeps its place; ours then renders nothing.
        drop(metrics::set_global_recorder(recorder));
        handle
    });
}

/// The figures in Prometheus text.
pub fn render() -> String {
    HANDLE.get().map(PrometheusHandle::render).unwrap_or_default()
}
