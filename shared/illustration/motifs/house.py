"""What belongs to a room or a garden."""

MOTIFS: dict[str, str] = {
    "clock": (
        '<path d="M128 306l-22 24M272 306l22 24" stroke="{d}" stroke-width="18" stroke-linecap="round"/>'
        '<path d="M82 128a52 52 0 0 1 78-52zM318 128a52 52 0 0 0-78-52z" fill="{d}"/>'
        '<path d="M200 46v40" stroke="{d}" stroke-width="12"/><path d="M168 40h64v16h-64z" fill="{a}"/>'
        '<circle cx="200" cy="206" r="122" fill="{f}"/><circle cx="200" cy="206" r="92" fill="#fffdf7"/>'
        '<path d="M200 128v14M200 270v14M122 206h14M264 206h14" stroke="{d}" stroke-width="8" '
        'stroke-linecap="round"/>'
        '<path d="M200 206v-52M200 206l38 26" stroke="#3b3436" stroke-width="9" stroke-linecap="round"/>'
        '<circle cx="200" cy="206" r="10" fill="{a}"/>'
    ),
    "wallclock": (
        '<circle cx="200" cy="200" r="136" fill="{f}"/>'
        '<circle cx="200" cy="200" r="136" fill="none" stroke="{d}" stroke-width="10"/>'
        '<circle cx="200" cy="200" r="96" fill="#fffdf7"/>'
        '<path d="M200 116v16M200 268v16M116 200h16M268 200h16" stroke="{d}" stroke-width="9" '
        'stroke-linecap="round"/>'
        '<path d="M200 200v-58M200 200l44 22" stroke="#3b3436" stroke-width="9" stroke-linecap="round"/>'
        '<circle cx="200" cy="200" r="11" fill="{a}"/>'
    ),
    "frame": (
        '<rect x="82" y="62" width="236" height="268" rx="10" fill="{f}"/>'
        '<path d="M82 62h236l-34 34H116zM82 330h236l-34-34H116z" fill="{d}" opacity=".25"/>'
        '<rect x="116" y="96" width="168" height="200" fill="#fffdf7"/>'
        '<path d="M132 112h136v168H132z" fill="{a}" opacity=".35"/><circle cx="236" cy="152" r="20" fill="{a}"/>'
        '<path d="M132 280v-38l44-50 36 40 22-20 34 36v32z" fill="{d}" opacity=".7"/>'
    ),
    "record": (
        '<rect x="70" y="66" width="260" height="264" rx="10" fill="{f}"/>'
        '<rect x="92" y="88" width="216" height="220" fill="#fffdf7"/>'
        '<circle cx="200" cy="198" r="96" fill="#35343b"/><g fill="none" stroke="#57555e" stroke-width="4">'
        '<circle cx="200" cy="198" r="80"/><circle cx="200" cy="198" r="64"/></g>'
        '<circle cx="200" cy="198" r="40" fill="{a}"/><circle cx="200" cy="198" r="7" fill="#fffdf7"/>'
        '<path d="M136 158a76 76 0 0 1 32-30" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round" '
        'opacity=".4"/>'
    ),
    "sign": (
        '<path d="M120 130L200 40l80 90" fill="none" stroke="{d}" stroke-width="6"/>'
        '<circle cx="200" cy="40" r="10" fill="{d}"/>'
        '<rect x="62" y="128" width="276" height="166" rx="20" fill="{d}"/>'
        '<rect x="62" y="122" width="276" height="166" rx="20" fill="{m}"/>'
        '<rect x="80" y="140" width="240" height="130" rx="10" fill="none" stroke="{p}" stroke-width="6"/>'
        '<path d="M112 178h176M136 206h128M160 234h80" stroke="{p}" stroke-width="13" stroke-linecap="round"/>'
        '<circle cx="96" cy="156" r="5" fill="{d}"/><circle cx="304" cy="156" r="5" fill="{d}"/>'
    ),
    "board": (
        '<path d="M130 100L200 40l70 60" fill="none" stroke="{d}" stroke-width="6"/>'
        '<rect x="66" y="98" width="268" height="222" rx="12" fill="{f}"/>'
        '<rect x="90" y="122" width="220" height="174" fill="#434a4f"/>'
        '<path d="M118 164h92M118 196h140M118 228h64" stroke="#f4f1ea" stroke-width="9" stroke-linecap="round" '
        'opacity=".85"/>'
        '<path d="M264 244c-10-14-28-4-20 12l20 20 20-20c8-16-10-26-20-12z" fill="{a}"/>'
        '<path d="M120 308h60v14h-60z" fill="{p}"/>'
    ),
    "cushion": (
        '<path d="M76 92c40 16 208 16 248 0 14 40 14 178 0 228-40-14-208-14-248 0-14-50-14-188 0-228z" '
        'fill="{f}"/>'
        '<path d="M76 320c40-14 208-14 248 0 8-28 12-82 12-134-60 90-160 110-260 134z" fill="{d}" opacity=".2"/>'
        '<g fill="{a}"><circle cx="76" cy="92" r="13"/><circle cx="324" cy="92" r="13"/>'
        '<circle cx="76" cy="320" r="13"/><circle cx="324" cy="320" r="13"/></g>'
        '<circle cx="200" cy="206" r="15" fill="{d}"/>'
    ),
    "box": (
        '<path d="M92 176h216v154H92z" fill="{f}"/><path d="M92 176h216v24H92z" fill="{d}" opacity=".35"/>'
        '<path d="M76 116h248v62H76z" fill="{m}"/><path d="M76 164h248v14H76z" fill="{d}"/>'
        '<path d="M180 116h40v214h-40z" fill="{a}"/>'
        '<path d="M200 116c-70-4-78-62-44-62 24 0 40 34 44 62 4-28 20-62 44-62 34 0 26 58-44 62z" fill="none" '
        'stroke="{a}" stroke-width="15" stroke-linejoin="round"/>'
    ),
    "trinket": (
        '<path d="M86 204h228c0 70-26 126-62 126H148c-36 0-62-56-62-126z" fill="{f}"/>'
        '<path d="M86 200c0-70 50-112 114-112s114 42 114 112z" fill="{f}"/>'
        '<path d="M78 192h244v24H78z" fill="{d}"/><circle cx="200" cy="80" r="22" fill="{a}"/>'
        '<path d="M190 198h20v32h-20z" fill="{a}"/>'
        '<path d="M118 174c6-24 18-40 36-50" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "cabinet": (
        '<path d="M108 318v14M292 318v14" stroke="{d}" stroke-width="20"/>'
        '<rect x="84" y="78" width="232" height="244" rx="10" fill="{d}"/>'
        '<rect x="72" y="66" width="256" height="24" rx="8" fill="{m}"/><g fill="{f}">'
        '<rect x="100" y="104" width="200" height="62"/><rect x="100" y="176" width="200" height="62"/>'
        '<rect x="100" y="248" width="200" height="62"/></g><g fill="{a}"><circle cx="200" cy="136" r="11"/>'
        '<circle cx="200" cy="208" r="11"/><circle cx="200" cy="280" r="11"/></g>'
    ),
    "knob": (
        '<circle cx="200" cy="200" r="128" fill="{d}" opacity=".25"/>'
        '<circle cx="200" cy="196" r="112" fill="{d}"/><circle cx="200" cy="190" r="104" fill="{f}"/>'
        '<path d="M120 212a82 82 0 0 0 160 0c-30 40-130 40-160 0z" fill="{d}" opacity=".22"/>'
        '<path d="M130 176c8-36 28-54 52-60" fill="none" stroke="#fff" stroke-width="15" stroke-linecap="round" '
        'opacity=".6"/>'
        '<circle cx="200" cy="192" r="20" fill="{a}"/>'
    ),
    "hook": (
        '<rect x="64" y="110" width="272" height="68" rx="18" fill="{f}"/>'
        '<g fill="none" stroke="{d}" stroke-width="15" stroke-linecap="round">'
        '<path d="M120 164v72a26 26 0 0 0 52 0M228 164v72a26 26 0 0 0 52 0"/></g><g fill="{a}">'
        '<circle cx="120" cy="150" r="16"/><circle cx="228" cy="150" r="16"/><circle cx="172" cy="232" r="14"/>'
        '<circle cx="280" cy="232" r="14"/></g>'
        '<path d="M140 110L200 62l60 48" fill="none" stroke="{d}" stroke-width="6"/>'
    ),
    "hanger": (
        '<path d="M200 152c0-24 36-22 34-52-2-36-60-38-66 0" fill="none" stroke="#8b949b" stroke-width="11" '
        'stroke-linecap="round"/>'
        '<path d="M200 142c20 0 148 84 148 112 0 22-18 28-34 28H86c-16 0-34-6-34-28 0-28 128-112 148-112zM200 '
        '186c-14 0-90 46-90 56h180c0-10-76-56-90-56z" fill="{f}" fill-rule="evenodd"/>'
        '<path d="M200 142l-34-20v42zM200 142l34-20v42z" fill="{a}"/>'
    ),
    "basket": (
        '<path d="M110 196c0-150 180-150 180 0" fill="none" stroke="{d}" stroke-width="16"/>'
        '<path d="M78 190h244l-26 128c-2 8-8 12-16 12H120c-8 0-14-4-16-12z" fill="{m}"/>'
        '<path d="M84 222h232M92 258h216M98 294h204" stroke="{d}" stroke-width="7"/>'
        '<path d="M130 192l12 138M176 192l4 138M224 192l-4 138M270 192l-12 138" stroke="{p}" stroke-width="9" '
        'opacity=".6"/>'
        '<rect x="68" y="176" width="264" height="28" rx="14" fill="{d}"/>'
    ),
    "mirror": (
        '<path d="M178 250h44v70a22 22 0 0 1-44 0z" fill="{d}"/>'
        '<ellipse cx="200" cy="160" rx="112" ry="118" fill="{f}"/>'
        '<ellipse cx="200" cy="160" rx="84" ry="90" fill="#dbe9ee"/>'
        '<path d="M148 176l54-84M176 210l72-114" stroke="#fff" stroke-width="15" stroke-linecap="round" '
        'opacity=".8"/>'
        '<circle cx="200" cy="46" r="14" fill="{a}"/>'
    ),
    "doormat": (
        '<path d="M84 132h232l44 176H40z" fill="{f}"/><path d="M84 132h232l6 22H78z" fill="{d}" opacity=".35"/>'
        '<path d="M46 286h308l6 22H40z" fill="{d}" opacity=".35"/>'
        '<path d="M40 308v18M80 308v18M120 308v18M160 308v18M200 308v18M240 308v18M280 308v18M320 308v18M360 '
        '308v18" stroke="{d}" stroke-width="7" stroke-linecap="round"/>'
        '<path d="M200 262c-44-30-56-46-56-62 0-26 38-34 56-8 18-26 56-18 56 8 0 16-12 32-56 62z" fill="{a}"/>'
    ),
    "plant": (
        '<path d="M200 236c-6-60-30-100-70-120 0 50 24 96 70 120zM200 236c6-66 34-112 78-132 0 56-28 106-78 '
        '132zM200 230c-18-56-14-120 4-166 20 46 20 112-4 166z" fill="#6fa46f"/>'
        '<path d="M200 234c-2-50 0-90 4-130" fill="none" stroke="#3f6f4c" stroke-width="6"/>'
        '<path d="M126 246h148l-16 72c-2 8-8 12-16 12h-84c-8 0-14-4-16-12z" fill="{f}"/>'
        '<rect x="112" y="228" width="176" height="30" rx="8" fill="{d}"/>'
        '<path d="M150 272l6 36" stroke="#fff" stroke-width="9" stroke-linecap="round" opacity=".45"/>'
    ),
    "flower": (
        '<path d="M200 200c8 50 6 90-4 130" fill="none" stroke="#3f6f4c" stroke-width="11" '
        'stroke-linecap="round"/>'
        '<path d="M200 290c40-6 66-28 72-62-40 0-68 22-72 62zM196 310c-40-2-66-22-76-54 40-4 70 16 76 54z" '
        'fill="#6fa46f"/>'
        '<g fill="{m}"><circle cx="200" cy="92" r="38"/><circle cx="252" cy="130" r="38"/>'
        '<circle cx="232" cy="190" r="38"/><circle cx="168" cy="190" r="38"/><circle cx="148" cy="130" r="38"/>'
        '</g><circle cx="200" cy="146" r="40" fill="{a}"/>'
        '<circle cx="200" cy="146" r="24" fill="{p}" opacity=".7"/>'
    ),
    "can": (
        '<path d="M262 214l72-76 26 22-60 104z" fill="{d}"/>'
        '<path d="M322 128l46 42" stroke="{a}" stroke-width="15" stroke-linecap="round"/>'
        '<path d="M110 180c-80-10-74 120 4 112" fill="none" stroke="{d}" stroke-width="14"/>'
        '<path d="M108 168h164v162H108z" fill="{f}"/><ellipse cx="190" cy="168" rx="82" ry="18" fill="{d}"/>'
        '<path d="M132 200v100" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".45"/>'
    ),
    "towel": (
        '<path d="M50 98h300" stroke="{d}" stroke-width="15" stroke-linecap="round"/>'
        '<path d="M110 90h180v236H110z" fill="{f}"/><path d="M110 90h180v26H110z" fill="{d}" opacity=".2"/>'
        '<path d="M110 268h180v26H110z" fill="{a}"/>'
        '<path d="M116 326v14M140 326v14M164 326v14M188 326v14M212 326v14M236 326v14M260 326v14M284 326v14" '
        'stroke="{d}" stroke-width="6" stroke-linecap="round"/>'
    ),
    "sponge": (
        '<path d="M92 210c0-70 50-122 108-122s108 52 108 122-50 118-108 118-108-48-108-118z" fill="{f}"/>'
        '<path d="M200 92c-10-30 12-42 36-50M200 92c20-26 52-22 66-6-20 18-46 20-66 6z" fill="#6fa46f" '
        'stroke="#3f6f4c" stroke-width="5"/>'
        '<g fill="{d}" opacity=".3"><circle cx="150" cy="186" r="10"/><circle cx="190" cy="240" r="14"/>'
        '<circle cx="246" cy="196" r="12"/><circle cx="236" cy="276" r="9"/><circle cx="146" cy="264" r="9"/></g>'
        '<g fill="#fff" opacity=".8"><circle cx="312" cy="112" r="18"/><circle cx="342" cy="152" r="11"/>'
        '<circle cx="84" cy="116" r="13"/></g>'
    ),
    "plasters": (
        '<path d="M84 150h232v164a16 16 0 0 1-16 16H100a16 16 0 0 1-16-16z" fill="{f}"/>'
        '<rect x="74" y="120" width="252" height="44" rx="12" fill="{d}"/>'
        '<rect x="112" y="208" width="176" height="64" rx="32" fill="#f3cfa7"/>'
        '<path d="M168 208h64v64h-64z" fill="#e5b482"/><g fill="#c98f5c"><circle cx="188" cy="228" r="5"/>'
        '<circle cx="212" cy="228" r="5"/><circle cx="188" cy="252" r="5"/><circle cx="212" cy="252" r="5"/></g>'
        '<path d="M186 42h28v20h20v28h-20v20h-28V90h-20V62h20z" fill="{a}"/>'
    ),
    "bank": (
        '<path d="M130 300v30M262 300v30" stroke="{d}" stroke-width="28"/>'
        '<path d="M82 216c0-74 60-112 122-112 30 0 54 8 72 20l42-20-6 52c12 14 20 28 24 44h26v56h-34c-24 44-74 '
        '62-124 62-70 0-122-38-122-102z" fill="{f}"/>'
        '<path d="M82 212c-24 0-34-18-24-36" fill="none" stroke="{d}" stroke-width="9" stroke-linecap="round"/>'
        '<circle cx="288" cy="186" r="9" fill="#2e2a2a"/>'
        '<path d="M164 130h72" stroke="{d}" stroke-width="11" stroke-linecap="round"/>'
        '<circle cx="200" cy="72" r="30" fill="#eebf4d"/>'
        '<circle cx="200" cy="72" r="20" fill="none" stroke="#b3802a" stroke-width="5"/>'
    ),
    "peg": (
        '<path d="M30 110c110 40 230 40 340 0" fill="none" stroke="{d}" stroke-width="6"/><g fill="{f}">'
        '<rect x="84" y="96" width="44" height="170" rx="16"/>'
        '<rect x="178" y="108" width="44" height="170" rx="16"/>'
        '<rect x="272" y="96" width="44" height="170" rx="16"/></g>'
        '<path d="M106 170v96M200 182v96M294 170v96" stroke="{d}" stroke-width="8"/>'
        '<path d="M80 176h52M174 188h52M268 176h52" stroke="{a}" stroke-width="12" stroke-linecap="round"/>'
    ),
    "magnet": (
        '<path d="M84 220V170a116 116 0 0 1 232 0v50h-72v-48a44 44 0 0 0-88 0v48z" fill="{f}"/>'
        '<path d="M84 220h72v64H84zM244 220h72v64h-72z" fill="#dfe4e8"/>'
        '<path d="M120 306v18M84 304l-14 14M156 304l14 14M280 306v18M244 304l-14 14M316 304l14 14" stroke="{a}" '
        'stroke-width="8" stroke-linecap="round"/>'
        '<path d="M112 168a88 88 0 0 1 50-76" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "hotwater": (
        '<path d="M172 54h56v44h-56z" fill="{d}"/><path d="M160 40h80v22h-80z" fill="{a}"/>'
        '<path d="M166 94h68c0 24 60 20 66 64 6 44 6 96 0 134-4 28-22 38-48 38H148c-26 0-44-10-48-38-6-38-6-90 '
        '0-134 6-44 66-40 66-64z" fill="{f}"/>'
        '<path d="M166 94h68v18h-68z" fill="{d}" opacity=".4"/>'
        '<path d="M200 274c-48-32-60-50-60-68 0-28 42-36 60-8 18-28 60-20 60 8 0 18-12 36-60 68z" fill="{p}" '
        'opacity=".92"/>'
        '<path d="M120 172c-4 30-4 64 0 92" fill="none" stroke="#fff" stroke-width="10" stroke-linecap="round" '
        'opacity=".45"/>'
    ),
    "warmer": (
        '<path d="M200 316C86 250 62 206 62 168c0-70 98-90 138-28 40-62 138-42 138 28 0 38-24 82-138 148z" '
        'fill="{f}" transform="rotate(-6 200 200)"/>'
        '<path d="M200 296C104 240 84 204 84 172" fill="none" stroke="{p}" stroke-width="6" stroke-dasharray="12 '
        '10" transform="rotate(-6 200 200)"/>'
        '<path d="M160 92c-12-16 12-24 0-44M200 84c-12-16 12-24 0-44M240 88c-12-16 12-24 0-44" fill="none" '
        'stroke="{a}" stroke-width="9" stroke-linecap="round"/>'
        '<circle cx="200" cy="214" r="22" fill="{a}"/>'
        '<path d="M200 202v24M188 214h24" stroke="{p}" stroke-width="6" stroke-linecap="round"/>'
    ),
}
