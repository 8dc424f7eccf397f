"""What hangs, and what shines."""

MOTIFS: dict[str, str] = {
    "heart": (
        '<path d="M200 0v116" stroke="{d}" stroke-width="5"/>'
        '<path d="M200 326C96 256 66 210 66 164c0-72 98-92 134-28 36-64 134-44 134 28 0 46-30 92-134 162z" '
        'fill="{f}"/>'
        '<path d="M200 326C96 256 66 210 66 164" fill="none" stroke="{d}" stroke-width="7" '
        'stroke-linecap="round" opacity=".4"/>'
        '<path d="M100 168c0-26 18-42 38-44" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".55"/>'
        '<path d="M200 116l-30-20v38zM200 116l30-20v38z" fill="{a}"/>'
        '<circle cx="200" cy="116" r="10" fill="{d}"/>'
    ),
    "star": (
        '<path d="M200 0v80" stroke="{d}" stroke-width="5"/>'
        '<path d="M200 72l38 84 92 10-68 62 18 92-80-46-80 46 18-92-68-62 92-10z" fill="{f}" stroke="{d}" '
        'stroke-width="10" stroke-linejoin="round"/>'
        '<path d="M200 72v152l38-68zM200 224l130-58-68 62zM200 224l80 96-80-46zM200 224l-62 4-18 92zM200 '
        '224l-38-68-92 10z" fill="{d}" opacity=".18"/>'
        '<circle cx="200" cy="78" r="9" fill="{a}"/>'
    ),
    "bauble": (
        '<path d="M200 0v84" stroke="{d}" stroke-width="5"/><circle cx="200" cy="222" r="108" fill="{f}"/>'
        '<path d="M92 222a108 108 0 0 0 216 0c-40 40-176 40-216 0z" fill="{d}" opacity=".25"/>'
        '<rect x="176" y="88" width="48" height="32" rx="6" fill="{a}"/>'
        '<circle cx="200" cy="82" r="13" fill="none" stroke="{a}" stroke-width="7"/>'
        '<path d="M124 192c8-30 26-46 48-52" fill="none" stroke="#fff" stroke-width="13" stroke-linecap="round" '
        'opacity=".6"/>'
    ),
    "discoball": (
        '<path d="M200 0v94" stroke="{d}" stroke-width="5"/><circle cx="200" cy="216" r="112" fill="#c3ced8"/>'
        '<path d="M200 104c-70 50-70 174 0 224M200 104c70 50 70 174 0 224M200 104v224M92 186h216M88 216h224M92 '
        '246h216M110 282h180M110 150h180" fill="none" stroke="#8796a5" stroke-width="4"/>'
        '<path d="M130 150h36v34h-36zM206 188h34v26h-34zM236 250h34v30h-34z" fill="#fff" opacity=".8"/>'
        '<path d="M166 218h32v28h-32zM244 154h28v30h-28z" fill="{a}" opacity=".7"/>'
        '<rect x="182" y="86" width="36" height="22" rx="5" fill="{d}"/>'
    ),
    "tree": (
        '<path d="M182 296h36v34h-36z" fill="#83573c"/>'
        '<path d="M200 64l66 96h-34l56 76h-36l50 68H98l50-68h-36l56-76h-34z" fill="{f}"/>'
        '<path d="M200 64l66 96h-34l56 76h-36l50 68H200z" fill="{d}" opacity=".25"/>'
        '<path d="M200 34l10 24 26 2-20 17 6 26-22-14-22 14 6-26-20-17 26-2z" fill="{a}"/>'
        '<circle cx="170" cy="184" r="10" fill="{p}"/><circle cx="226" cy="222" r="10" fill="{p}"/>'
        '<circle cx="156" cy="266" r="10" fill="{p}"/><circle cx="246" cy="278" r="10" fill="{a}"/>'
        '<circle cx="198" cy="138" r="8" fill="{a}"/>'
    ),
    "angel": (
        '<path d="M178 172C96 108 58 148 76 196c14 36 70 30 108 6zM222 172c82-64 120-24 102 24-14 36-70 30-108 '
        '6z" fill="{p}" stroke="{d}" stroke-opacity=".3" stroke-width="4"/>'
        '<path d="M200 158c36 0 40 36 56 82l28 78c-40 18-128 18-168 0l28-78c16-46 20-82 56-82z" fill="{f}"/>'
        '<circle cx="200" cy="126" r="36" fill="#f5d3b8"/>'
        '<path d="M164 126c0-56 72-56 72 0-16-22-56-22-72 0z" fill="#8a5a3c"/>'
        '<ellipse cx="200" cy="70" rx="34" ry="9" fill="none" stroke="{a}" stroke-width="7"/>'
        '<circle cx="188" cy="130" r="4" fill="#5b3a29"/><circle cx="212" cy="130" r="4" fill="#5b3a29"/>'
        '<path d="M200 214c-12-16-32-4-22 12l22 22 22-22c10-16-10-28-22-12z" fill="{a}"/>'
    ),
    "bell": (
        '<path d="M200 0v88" stroke="{d}" stroke-width="5"/><circle cx="200" cy="304" r="22" fill="{d}"/>'
        '<path d="M200 84c66 0 84 62 88 124 2 42 14 56 30 72v18H82v-18c16-16 28-30 30-72 4-62 22-124 88-124z" '
        'fill="{f}"/>'
        '<path d="M82 280h236v22H82z" fill="{d}"/><path d="M200 92l-52-28v50zM200 92l52-28v50z" fill="{a}"/>'
        '<circle cx="200" cy="92" r="13" fill="{d}"/>'
        '<path d="M136 214c2-34 8-56 22-74" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "bunting": (
        '<path d="M30 96c100 62 240 62 340 0" fill="none" stroke="{d}" stroke-width="6"/>'
        '<path d="M44 104l64 30-46 66z" fill="{f}"/><path d="M122 137l70 10-38 82z" fill="{a}"/>'
        '<path d="M208 147l70-10-32 92z" fill="{f}"/><path d="M292 134l64-30-18 96z" fill="{d}"/>'
        '<path d="M30 230c100 52 240 52 340 0" fill="none" stroke="{d}" stroke-width="6" opacity=".5"/>'
        '<path d="M66 246l58 18-38 50zM208 270l60-8-28 60z" fill="{a}" opacity=".75"/>'
        '<path d="M136 266l60 4-34 58zM282 258l54-18-18 66z" fill="{f}"/>'
    ),
    "chain": (
        '<g fill="none" stroke-width="20">'
        '<ellipse cx="86" cy="134" rx="42" ry="30" stroke="{d}" transform="rotate(24 86 134)"/>'
        '<ellipse cx="148" cy="176" rx="42" ry="30" stroke="{m}" transform="rotate(40 148 176)"/>'
        '<ellipse cx="212" cy="204" rx="42" ry="30" stroke="{a}"/>'
        '<ellipse cx="276" cy="182" rx="42" ry="30" stroke="{m}" transform="rotate(-36 276 182)"/>'
        '<ellipse cx="326" cy="130" rx="40" ry="29" stroke="{d}" transform="rotate(-60 326 130)"/></g>'
        '<path d="M104 268l14 30 32 4-24 22 6 32-28-16-28 16 6-32-24-22 32-4zM292 262l12 26 28 4-20 18 4 '
        '28-24-14-24 14 4-28-20-18 28-4z" fill="{a}" opacity=".6"/>'
    ),
    "lights": (
        '<path d="M40 84c40 80 100 90 160 70s110-10 160 50" fill="none" stroke="{d}" stroke-width="7"/>'
        '<g fill="{a}" opacity=".25"><circle cx="84" cy="188" r="40"/><circle cx="156" cy="220" r="40"/>'
        '<circle cx="236" cy="204" r="40"/><circle cx="314" cy="228" r="40"/></g><g fill="{d}">'
        '<path d="M76 134h20v24H76zM148 160h20v24h-20zM226 144h20v24h-20zM304 166h20v24h-20z"/></g><g fill="{f}">'
        '<ellipse cx="86" cy="188" rx="20" ry="32"/><ellipse cx="236" cy="198" rx="20" ry="32"/></g>'
        '<g fill="{a}"><ellipse cx="158" cy="214" rx="20" ry="32"/><ellipse cx="314" cy="220" rx="20" ry="32"/>'
        "</g>"
        '<path d="M78 178v14M150 204v14M228 188v14M306 210v14" stroke="#fff" stroke-width="6" '
        'stroke-linecap="round" opacity=".7"/>'
        '<path d="M100 296l8 18 18 8-18 8-8 18-8-18-18-8 18-8zM272 290l6 14 14 6-14 6-6 14-6-14-14-6 14-6z" '
        'fill="{a}"/>'
    ),
    "tlight": (
        '<ellipse cx="200" cy="196" rx="120" ry="110" fill="{a}" opacity=".25"/>'
        '<path d="M112 150h176l-14 152a30 30 0 0 1-30 28h-88a30 30 0 0 1-30-28z" fill="{f}"/>'
        '<path d="M112 150h176l-3 30H115z" fill="{d}" opacity=".35"/>'
        '<ellipse cx="200" cy="150" rx="88" ry="17" fill="{d}"/>'
        '<ellipse cx="200" cy="153" rx="74" ry="11" fill="{p}"/>'
        '<path d="M200 60c24 30 28 46 28 60a28 28 0 0 1-56 0c0-14 4-30 28-60z" fill="#f5a742"/>'
        '<path d="M200 96c11 14 14 22 14 30a14 14 0 0 1-28 0c0-8 3-16 14-30z" fill="#fde9a8"/>'
        '<path d="M134 200l8 92" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".5"/>'
    ),
    "candle": (
        '<circle cx="200" cy="112" r="74" fill="{a}" opacity=".22"/>'
        '<path d="M148 176h104v140c0 18-104 18-104 0z" fill="{f}"/>'
        '<path d="M148 176c0-16 104-16 104 0 0 10-8 34-18 34s-8-18-20-18-10 36-24 36-10-34-22-34-20-8-20-18z" '
        'fill="{p}"/>'
        '<path d="M200 178v-26" stroke="#4b3b33" stroke-width="6"/>'
        '<path d="M200 62c24 30 30 48 30 62a30 30 0 0 1-60 0c0-14 6-32 30-62z" fill="#f5a742"/>'
        '<path d="M200 100c12 15 14 22 14 30a14 14 0 0 1-28 0c0-8 2-15 14-30z" fill="#fde9a8"/>'
        '<ellipse cx="200" cy="320" rx="92" ry="14" fill="{d}"/>'
        '<path d="M166 232v60" stroke="#fff" stroke-width="10" stroke-linecap="round" opacity=".5"/>'
    ),
    "candlestick": (
        '<circle cx="200" cy="78" r="56" fill="{a}" opacity=".22"/><path d="M176 112h48v96h-48z" fill="{p}"/>'
        '<path d="M200 40c16 22 20 32 20 42a20 20 0 0 1-40 0c0-10 4-20 20-42z" fill="#f5a742"/>'
        '<path d="M200 98v16" stroke="#4b3b33" stroke-width="5"/>'
        '<path d="M152 206h96c0 26-24 30-34 40v34c0 18 60 24 74 50H112c14-26 74-32 '
        '74-50v-34c-10-10-34-14-34-40z" fill="{f}"/>'
        '<path d="M152 206h96v12h-96zM112 318h176v12H112z" fill="{d}"/>'
        '<circle cx="200" cy="262" r="14" fill="{a}"/>'
    ),
    "lantern": (
        '<path d="M150 106c0-66 100-66 100 0" fill="none" stroke="{d}" stroke-width="9"/>'
        '<circle cx="200" cy="226" r="118" fill="{a}" opacity=".2"/><path d="M200 66l84 66H116z" fill="{f}"/>'
        '<path d="M116 130h168v16H116zM108 308h184v22H108z" fill="{d}"/>'
        '<path d="M128 146h144v162H128z" fill="#fff3cf"/>'
        '<path d="M128 146v162M200 146v162M272 146v162" stroke="{d}" stroke-width="11"/>'
        '<path d="M176 252h48v56h-48z" fill="{p}"/>'
        '<path d="M200 194c16 22 20 32 20 40a20 20 0 0 1-40 0c0-8 4-18 20-40z" fill="#f5a742"/>'
    ),
    "paperlantern": (
        '<path d="M200 0v92" stroke="{d}" stroke-width="5"/>'
        '<ellipse cx="200" cy="196" rx="122" ry="94" fill="{f}"/>'
        '<path d="M200 104c-90 30-90 156 0 184M200 104c90 30 90 156 0 184M200 104c-34 40-34 144 0 184M200 104c34 '
        '40 34 144 0 184" fill="none" stroke="{d}" stroke-width="4" opacity=".5"/>'
        '<path d="M166 92h68v18h-68zM166 282h68v18h-68z" fill="{a}"/>'
        '<path d="M200 300v52M182 300v40M218 300v40" stroke="{a}" stroke-width="6" stroke-linecap="round"/>'
    ),
    "incense": (
        '<path d="M178 120c-26-20 26-34 0-70M232 96c-20-16 20-26 0-52" fill="none" stroke="{d}" stroke-width="9" '
        'stroke-linecap="round" opacity=".3"/>'
        '<path d="M182 288l-4-150M200 288l2-172M220 288l12-168" stroke="#8d5b3f" stroke-width="7" '
        'stroke-linecap="round"/>'
        '<path d="M178 140v-12M202 118v-12M232 122v-10" stroke="#f08a3c" stroke-width="8" '
        'stroke-linecap="round"/>'
        '<path d="M112 268h176c0 36-22 62-48 62h-80c-26 0-48-26-48-62z" fill="{f}"/>'
        '<ellipse cx="200" cy="268" rx="88" ry="14" fill="{d}"/>'
    ),
    "nightlight": (
        '<circle cx="200" cy="190" r="140" fill="{a}" opacity=".2"/>'
        '<path d="M160 200h80c0 50 24 90 30 130H130c6-40 30-80 30-130z" fill="{p}"/>'
        '<path d="M62 212c0-96 62-146 138-146s138 50 138 146c0 22-276 22-276 0z" fill="{m}"/><g fill="{p}">'
        '<circle cx="142" cy="160" r="20"/><circle cx="214" cy="120" r="17"/><circle cx="264" cy="176" r="22"/>'
        '<circle cx="198" cy="190" r="12"/><circle cx="96" cy="204" r="11"/></g>'
        '<rect x="180" y="266" width="40" height="64" rx="20" fill="{d}" opacity=".55"/>'
    ),
    "torch": (
        '<path d="M120 50h160l-34 84h-92z" fill="{a}" opacity=".35"/>'
        '<path d="M140 120h120l-16 56h-88z" fill="{d}"/>'
        '<rect x="160" y="172" width="80" height="158" rx="16" fill="{f}"/>'
        '<rect x="184" y="200" width="32" height="46" rx="14" fill="{a}"/>'
        '<path d="M160 286h80" stroke="{d}" stroke-width="9"/>'
    ),
    "bird": (
        '<path d="M118 222c-40 8-62 34-72 60 40 6 74-4 100-26z" fill="{d}"/>'
        '<path d="M96 232c10-74 66-104 118-104 34 0 46-28 80-28 36 0 54 30 48 60-8 96-72 140-140 140-52 '
        '0-96-28-106-68z" fill="{f}"/>'
        '<path d="M138 214c40-34 86-32 120-8-14 52-84 66-120 8z" fill="{d}" opacity=".55"/>'
        '<path d="M340 136l38 14-38 14z" fill="{a}"/><circle cx="306" cy="138" r="8" fill="#2e2a2a"/>'
        '<circle cx="308" cy="135" r="3" fill="#fff"/>'
        '<path d="M192 298v30M226 296v32M176 330h32M212 330h32" stroke="{a}" stroke-width="7" '
        'stroke-linecap="round"/>'
    ),
    "chime": (
        '<path d="M200 0v70M116 130v104M158 130v150M200 130v180M242 130v150M284 130v104" stroke="{d}" '
        'stroke-width="5"/>'
        '<path d="M200 66c-60 4-104 34-112 70h224c-8-36-52-66-112-70z" fill="{f}"/>'
        '<path d="M88 128h224v14H88z" fill="{d}"/><g fill="{a}"><circle cx="116" cy="242" r="18"/>'
        '<circle cx="284" cy="242" r="18"/><circle cx="200" cy="316" r="18"/></g><g fill="{m}">'
        '<circle cx="158" cy="286" r="18"/><circle cx="242" cy="286" r="18"/></g>'
    ),
    "wreath": (
        '<circle cx="200" cy="196" r="98" fill="none" stroke="{f}" stroke-width="62"/>'
        '<circle cx="200" cy="196" r="98" fill="none" stroke="{d}" stroke-width="10" stroke-dasharray="6 26" '
        'stroke-linecap="round"/>'
        '<g fill="{a}"><circle cx="112" cy="156" r="13"/><circle cx="288" cy="156" r="13"/>'
        '<circle cx="136" cy="270" r="13"/><circle cx="264" cy="270" r="13"/><circle cx="200" cy="98" r="13"/>'
        '</g><path d="M200 294l-58-28v62zM200 294l58-28v62z" fill="{a}"/>'
        '<circle cx="200" cy="296" r="16" fill="{d}"/>'
    ),
}
