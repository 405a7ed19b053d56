/* SPDX-License-Identifier: Apache-2.0 */
/* The page around a mail's words: its head, its styles, the line with the brand. */
#include <stdint.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/logo.h"
#include "services/notify/template/render-html.h"

static const char style[] =
        "<style>\n"
        "p,li{text-wrap:pretty;line-break:strict}\n"
        "@media (max-width:480px){.pad{padding:20px "
        "16px!important}.cell{display:block!important;width:auto!important;"
        "padding-right:0!important;border:0!important;text-align:left!important;padding-bottom:0!important}."
        "cell.soft{font-size:14px!important}.cell.v{padding-top:0!"
        "important;"
        "padding-bottom:10px!important}}\n"
        "@media "
        "(prefers-color-scheme:dark){.page{background:#111113!important}.card{background:#1c1c1e!important;"
        "color:#f2f2f7!important}.box{background:#2c2c2e!important;border-color:#48484a!important}"
        ".soft{color:#c7c7cc!important}.rule{border-color:#48484a!important}.l{color:#%02x%02x%02x!important}"
        "}\n"
        "[data-ogsc] .card{background:#1c1c1e!important;color:#f2f2f7!important}[data-ogsc] "
        ".box{background:#2c2c2e!important}"
        "[data-ogsc] .soft{color:#c7c7cc!important}[data-ogsc] .l{color:#%02x%02x%02x!important}\n"
        "</style>\n";

static struct colour link_dark(const struct render *r) {
        return r->view->brand ? r->view->brand->link_dark : colour_legible(*html_ground(r), brand_night);
}

/* Those of the readers' own systems: a mail brings none. */
static void put_font(struct render *r) {
        html_put(r, r->t->language == TEMPLATE_EN
                            ? "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
                            : "font-family:-apple-system,'Hiragino Sans','Hiragino Kaku Gothic "
                              "ProN',Meiryo,'Noto Sans CJK JP',"
                              "'Noto Sans JP',sans-serif;");
}

/* White below a logo also in the dark: nobody knows its colours. The brand's is a line above it. */
static void add_logo(struct render *r, const char *name) {
        int width, height;

        logo_fit(r->view->logo, &width, &height);
        html_put_colour(r,
                "<tr><td class=\"pad\" style=\"padding:20px 32px;border-radius:12px 12px 0 "
                "0;font-size:18px;font-weight:bold;color:#1f2937;background:#ffffff;border-top:6px solid ",
                html_ground(r), ";");
        put_font(r);
        html_put(r, "\">");
        html_put_picture(r, "logo");
        str_addf(r->out,
                "\" width=\"%d\" height=\"%d\" style=\"display:block;border:0;color:#1f2937\" alt=\"", width,
                height);
        escape_html(r->out, name, r->max_chars);
        html_put(r, "\"></td></tr>\n");
}

static void add_head(struct render *r) {
        const char *name = brand_text(r->view->brand, "name");

        if (!*name)
                return;
        if (r->view->logo) {
                add_logo(r, name);
                return;
        }
        html_put_colour(r,
                "<tr><td class=\"pad\" style=\"padding:20px 32px;border-radius:12px 12px 0 "
                "0;font-size:18px;font-weight:bold;color:",
                html_ink(r), ";background:");
        html_put_colour(r, "", html_ground(r), ";");
        put_font(r);
        html_put(r, "\">");
        escape_html(r->out, name, r->max_chars);
        html_put(r, "</td></tr>\n");
}

void html_begin(struct render *r, const char *subject, const char *preview) {
        struct colour dark = link_dark(r);

        html_put(r, "<!DOCTYPE html>\n<html lang=\"");
        html_put(r, r->t->language == TEMPLATE_EN ? "en" : "ja");
        html_put(r, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n"
                    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
                    "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no\">\n<title>");
        escape_html(r->out, subject, SIZE_MAX);
        html_put(r, "</title>\n");
        str_addf(r->out, style, dark.red, dark.green, dark.blue, dark.red, dark.green, dark.blue);
        /* Outlook for Windows takes no font from the cell around a table. */
        html_put(r, "<!--[if mso]><style>td,p,h1,h2,h3,li{font-family:Meiryo,'Segoe "
                    "UI',sans-serif!important}</style>"
                    "<![endif]-->\n");
        html_put(r, "</head>\n<body class=\"page\" style=\"margin:0;padding:0;background:#f3f4f6\">\n");
        if (*preview) {
                html_put(r, "<div style=\"display:none;max-height:0;overflow:hidden\">");
                escape_html(r->out, preview, SIZE_MAX);
                html_put(r, "</div>\n");
        }
        html_put(r, "<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" "
                    "cellspacing=\"0\" border=\"0\" "
                    "style=\"background:#f3f4f6\"><tr><td align=\"center\" style=\"padding:16px 8px\">\n"
                    "<!--[if mso]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->\n"
                    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" "
                    "border=\"0\" "
                    "style=\"max-width:600px;table-layout:fixed\">\n");
        add_head(r);
        html_put(r,
                "<tr><td class=\"card pad\" align=\"left\" style=\"padding:28px 32px;border-radius:0 0 12px "
                "12px;background:#ffffff;"
                "color:#1f2937;");
        put_font(r);
        html_put(r, "font-size:16px;line-height:1.7;word-break:break-word;overflow-wrap:anywhere\">"
                    "\n");
        r->at.fresh = true;
}

void html_end(struct render *r) {
        html_put(r, "</td></tr>\n</table>\n<!--[if "
                    "mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n");
}
